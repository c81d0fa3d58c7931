/** The variables of the environment that a client minds. */

import { variable } from "dragoman";

/** What they say. */
export interface Env {
  /** The credential, where a client is made without `bearerAuth`; never for the endpoint of `DRAGOMAN_BASE_URL`. */
  ATOMASDK_BEARER_AUTH: string | undefined;
  /** The credential for the endpoint of `DRAGOMAN_BASE_URL`, where `bearerAuth` gives none. */
  DRAGOMAN_API_KEY: string | undefined;
  /** Whether each call is written to the console, where a client is made without `debugLogger`: any value but none. */
  ATOMASDK_DEBUG: boolean;
}

/** Reads them, anew at each call. */
export function env(): Env {
  return {
    ATOMASDK_BEARER_AUTH: variable("ATOMASDK_BEARER_AUTH"),
    DRAGOMAN_API_KEY: variable("DRAGOMAN_API_KEY"),
    ATOMASDK_DEBUG: variable("ATOMASDK_DEBUG") !== undefined,
  };
}
