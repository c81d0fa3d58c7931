/** What the environment of the process says, where there is one: Node, Bun and Deno have it, browsers do not. */

interface Surroundings {
  process?: { env?: Record<string, string | undefined> };
  Deno?: { env: { get(name: string): string | undefined } };
}

/** The variable's value without blanks around it; `undefined` where it is unset, empty, or may not be read. */
export function variable(name: string): string | undefined {
  const { process, Deno } = globalThis as Surroundings;
  try {
    return (Deno === undefined ? process?.env?.[name] : Deno.env.get(name))?.trim() || undefined;
  } catch {
    // Deno asks its user, who may have said no.
    return undefined;
  }
}

/**
 * The endpoint that every client of the process is pointed at, up to `/chat/completions`, from `DRAGOMAN_BASE_URL`.
 */
export function pointedAt(): string | undefined {
  return variable("DRAGOMAN_BASE_URL");
}
