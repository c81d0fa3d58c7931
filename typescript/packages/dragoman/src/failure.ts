/** What it means that `fetch`, or the reading of a body, threw. No I/O. */

/** Why there is no answer: the caller gave up, time ran out, the network failed, or something else did. */
export type Failure = "aborted" | "timeout" | "connection" | "unexpected";

// fetch says no more of a network failure than a TypeError and a sentence, each runtime its own: Node, Chromium,
// Safari, Firefox, Node again for a body that breaks off, Chromium for the same, Deno, Bun, workerd.
const SENTENCE =
  /^(fetch failed|failed to fetch|load failed|networkerror|terminated|network error|error sending request|(error reading|request or response|connection) |unable to connect|network connection lost|the socket connection)/i;
const CODE =
  /^(E(CONN|PIPE|NOTFOUND|AI_AGAIN|HOST|NET|TIMEDOUT)|UND_ERR_|Connection(Refused|Closed|Reset)|FailedToOpenSocket)/;

/** The kind of failure a thrown value is. */
export function failureOf(thrown: unknown): Failure {
  if (typeof thrown !== "object" || thrown === null) {
    return "unexpected";
  }
  const { name, message, code, cause } = thrown as Partial<Record<"name" | "message" | "code" | "cause", unknown>>;
  if (name === "AbortError") {
    return "aborted";
  }
  if (name === "TimeoutError") {
    return "timeout";
  }
  if (name === "ConnectionError" || CODE.test(String(code)) || SENTENCE.test(String(message))) {
    return "connection";
  }
  return cause === undefined || cause === thrown ? "unexpected" : failureOf(cause);
}
