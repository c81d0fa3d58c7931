/** One call: send, judge, wait, again. Sends through the function it is given, and waits. */

import { failureOf } from "./failure.js";
import { askedPause, type Backoff, pause } from "./retry.js";

/** What is tried again. */
export interface Rules {
  /** How long to wait; `undefined` makes one attempt. */
  readonly backoff: Backoff | undefined;
  /** Whether an answer with this status may come out better the next time. */
  readonly status: (status: number) => boolean;
  /** Whether a failed connection, or one attempt's own limit in time, is tried again. */
  readonly connections: boolean;
  /** Ends the waiting between attempts, and with it the call. */
  readonly signal?: AbortSignal | undefined;
}

/** What an exchange needs of the world, which a test replaces. */
export interface Clock {
  /** The time of day, in milliseconds since 1970. */
  now(): number;
  /** Waits so many milliseconds; rejects with the signal's reason when that comes first. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
  /** A random number from 0 to 1. */
  chance(): number;
}

const CLOCK: Clock = { now: () => Date.now(), sleep, chance: () => Math.random() };

/**
 * Sends until there is an answer to keep: one that is not to be tried again, or the last one that was.
 *
 * @throws What `send` threw last, or the signal's reason.
 */
export async function exchange(send: () => Promise<Response>, rules: Rules, clock = CLOCK): Promise<Response> {
  const { backoff, signal } = rules;
  if (backoff === undefined) {
    return send();
  }
  const begun = clock.now();
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attempted(send, rules);
    const asked = outcome.response && askedPause(outcome.response.headers, clock.now());
    const wait = outcome.again ? pause(backoff, attempt, clock.now() - begun, asked, clock.chance()) : undefined;
    if (wait === undefined) {
      if (outcome.response === undefined) {
        throw outcome.thrown;
      }
      return outcome.response;
    }
    // An answer nobody reads would keep its connection.
    outcome.response?.body?.cancel().catch(() => undefined);
    await clock.sleep(wait, signal);
  }
}

interface Outcome {
  readonly again: boolean;
  readonly response?: Response;
  readonly thrown?: unknown;
}

async function attempted(send: () => Promise<Response>, rules: Rules): Promise<Outcome> {
  try {
    const response = await send();
    return { again: rules.status(response.status), response };
  } catch (thrown) {
    const failure = failureOf(thrown);
    const passing = failure === "connection" || failure === "timeout";
    return { again: passing && rules.connections && !rules.signal?.aborted, thrown };
  }
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) {
      stop();
    } else {
      signal?.addEventListener("abort", stop, { once: true });
    }
  });
}
