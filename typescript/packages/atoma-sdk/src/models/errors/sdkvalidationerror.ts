/** A request, or an answer, that is not of the documented form. */
export class SDKValidationError extends Error {
  override readonly name = "SDKValidationError";
  /** The value that is not of the form. */
  readonly rawValue: unknown;
  /** What was being read. */
  readonly rawMessage: string;

  constructor(message: string, cause: unknown, rawValue: unknown) {
    super(`${message}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    this.rawValue = rawValue;
    this.rawMessage = message;
  }

  /** The message with each finding on a line of its own. */
  pretty(): string {
    const findings = this.message.slice(this.rawMessage.length + 2).split("; ");
    return [this.rawMessage, ...findings.map((finding) => `  - ${finding}`)].join("\n");
  }
}
