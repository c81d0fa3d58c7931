/** A value, or the error that stands in its place: what standalone functions return instead of throwing. */

/** Either `ok` with a value, or not with an error. */
export type Result<T, E = unknown> = { ok: true; value: T; error?: never } | { ok: false; value?: never; error: E };

/** The result of something that succeeded. */
export function OK<V>(value: V): Result<V, never> {
  return { ok: true, value };
}

/** The result of something that failed. */
export function ERR<E>(error: E): Result<never, E> {
  return { ok: false, error };
}

/**
 * The value of a result.
 *
 * @throws Its error, where it has no value.
 */
export function unwrap<T>(result: Result<T, unknown>): T {
  if (!result.ok) {
    throw result.error;
  }
  return result.value;
}

/**
 * The value of a result to come.
 *
 * @throws Its error, where it has no value.
 */
export async function unwrapAsync<T>(result: Promise<Result<T, unknown>>): Promise<T> {
  return unwrap(await result);
}
