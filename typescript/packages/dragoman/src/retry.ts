/** Whether and when a failed call is tried again. No I/O, no clock: the caller says what happened. */

/** How long to wait between attempts, in milliseconds. */
export interface Backoff {
  /** Before the second attempt. */
  readonly initialInterval: number;
  /** The most that growing may reach. */
  readonly maxInterval: number;
  /** What each interval is multiplied by to give the next. */
  readonly exponent: number;
  /** How long after the first attempt began the last one may begin. */
  readonly maxElapsedTime: number;
}

/** What is used where a caller wants retries and says nothing more. */
export const BACKOFF: Backoff = { initialInterval: 500, maxInterval: 60_000, exponent: 1.5, maxElapsedTime: 3_600_000 };

/** How much of an interval chance may take off, so that callers who failed together do not come back together. */
const JITTER = 0.25;

/**
 * Milliseconds to wait before the next attempt; `undefined` where there is none.
 *
 * @param attempt Which attempt failed, from 1.
 * @param elapsed Milliseconds since the first one began.
 * @param asked Milliseconds the server asked to wait, which are waited in full or not at all.
 * @param chance A random number from 0 to 1.
 */
export function pause(
  backoff: Backoff,
  attempt: number,
  elapsed: number,
  asked: number | undefined,
  chance: number,
): number | undefined {
  const interval = Math.min(backoff.initialInterval * backoff.exponent ** (attempt - 1), backoff.maxInterval);
  const wait = asked ?? interval * (1 - JITTER * chance);
  return elapsed + wait <= backoff.maxElapsedTime ? wait : undefined;
}

/**
 * How many milliseconds a server asks to wait; `undefined` where it does not say, or in no form anyone defined.
 *
 * `retry-after-ms` is OpenAI's and Azure's; `Retry-After` is seconds or a date (RFC 9110 §10.2.3).
 *
 * @param now The time of day, in milliseconds since 1970.
 */
export function askedPause(headers: Headers, now: number): number | undefined {
  const millis = headers.get("retry-after-ms") ?? "";
  if (/^\d+(\.\d+)?$/.test(millis)) {
    return Number(millis);
  }
  const text = headers.get("retry-after") ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) {
    return Number(text) * 1000;
  }
  // Date.parse reads almost anything; a date of HTTP begins with the name of its day.
  const date = /^[A-Z][a-z]+, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
