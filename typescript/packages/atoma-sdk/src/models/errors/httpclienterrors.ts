/** Calls that came to no answer. */

/** Any of them; `cause` is what was thrown. */
export class HTTPClientError extends Error {
  override name = "HTTPClientError";

  constructor(message: string, options?: { cause?: unknown }) {
    super(options?.cause === undefined ? message : `${message}: ${told(options.cause)}`, options);
  }
}

/** Something failed that is none of the others: a hook, a custom fetcher, a function that gives the credential. */
export class UnexpectedClientError extends HTTPClientError {
  override name = "UnexpectedClientError";
}

/** No request can be made of what was given. */
export class InvalidRequestError extends HTTPClientError {
  override name = "InvalidRequestError";
}

/** The caller gave the call up. */
export class RequestAbortedError extends HTTPClientError {
  override readonly name = "RequestAbortedError";
}

/** The call was not over in time. */
export class RequestTimeoutError extends HTTPClientError {
  override readonly name = "RequestTimeoutError";
}

/** There was no connection, or it broke before the answer was there. */
export class ConnectionError extends HTTPClientError {
  override readonly name = "ConnectionError";
}

/** A cause in words, with its own: a failed `fetch` says why only there. */
function told(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : undefined;
  return inner === undefined ? `${cause}` : `${cause}: ${inner.message || ("code" in inner ? inner.code : inner.name)}`;
}
