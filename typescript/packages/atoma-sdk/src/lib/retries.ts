/** When a failed call is tried again, as a program says it. */

import { BACKOFF, type Backoff, type Rules } from "dragoman";

/** How long to wait between attempts, in milliseconds. */
export type BackoffStrategy = {
  /** Before the second attempt; 500 by default. */
  initialInterval: number;
  /** The most that growing may reach; 60000 by default. */
  maxInterval: number;
  /** What each interval is multiplied by to give the next; 1.5 by default. */
  exponent: number;
  /** How long after the first attempt began the last one may begin; 3600000 by default. */
  maxElapsedTime: number;
};

/** Whether a call is tried again. */
export type RetryConfig =
  | { strategy: "none" }
  | {
      strategy: "backoff";
      backoff?: Partial<BackoffStrategy>;
      /** Whether a connection that failed is tried again too; false by default. */
      retryConnectionErrors?: boolean;
    };

/** The statuses that are tried again by default. */
export const RETRY_CODES = ["429", "500", "502", "503", "504"];

/** What the configuration means for an exchange. */
export function rulesOf(config: RetryConfig, codes: readonly string[]): Rules {
  const backing = config.strategy === "backoff";
  const backoff: Backoff | undefined = backing ? { ...BACKOFF, ...config.backoff } : undefined;
  return {
    backoff,
    status: (status) => codes.some((code) => isCode(code, status)),
    connections: backing && config.retryConnectionErrors === true,
  };
}

/** Whether a status is the one a code names, such as `503`, or one of those it names, such as `5XX`. */
function isCode(code: string, status: number): boolean {
  return /^\dxx$/i.test(code) ? code[0] === String(status)[0] : code === String(status);
}
