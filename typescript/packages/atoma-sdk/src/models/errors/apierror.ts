/** A server's answer that is none: a status that says no, an unexpected kind of answer, an error inside a stream. */
export class APIError extends Error {
  override readonly name = "APIError";
  /** The answer as it came; its body has been read. */
  declare readonly rawResponse: Response;
  /** The body of the answer, or of the event that broke a stream off. */
  readonly body: string;
  /** The HTTP status, or the one that an error inside a stream claims. */
  readonly statusCode: number;
  /** The answer's `content-type`; empty where it has none. */
  readonly contentType: string;

  constructor(
    message: string,
    rawResponse: Response,
    body = "",
    options: { statusCode?: number | undefined; cause?: unknown } = {},
  ) {
    const { statusCode = rawResponse.status, ...rest } = options;
    const contentType = rawResponse.headers.get("content-type") ?? "";
    super(`${message}: Status ${statusCode} Content-Type ${contentType} Body ${body && `\n${body}`}`, rest);
    // Kept out of what a console prints, where it would take a hundred lines.
    Object.defineProperty(this, "rawResponse", { value: rawResponse });
    this.body = body;
    this.statusCode = statusCode;
    this.contentType = contentType;
  }
}
