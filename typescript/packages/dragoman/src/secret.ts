/** A credential in text that will be shown: masked wherever a server echoes it. No I/O. */

/** What stands where a credential stood. */
export const MASK = "<redacted>";

// Shorter ones are placeholders such as "x": masking them would riddle the text and hide nothing.
const SHORTEST = 6;

/** The text without the credential. */
export function masked(text: string, credential: string | undefined): string {
  const bare = credential?.replace(/^bearer\s+/i, "") ?? "";
  return bare.length < SHORTEST ? text : text.split(bare).join(MASK);
}

const SECRET = /^(proxy-)?authorization$|cookie|token|secret|api-?key/i;

/** Whether a header of this name holds a credential. */
export function isSecret(header: string): boolean {
  return SECRET.test(header);
}
