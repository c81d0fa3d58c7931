/** How a client is made. */

import type { SDKHooks } from "../hooks/hooks.js";
import type { HTTPClient } from "./http.js";
import type { Logger } from "./logger.js";
import type { RetryConfig } from "./retries.js";

/** The servers a client knows by number. */
export const ServerList = ["https://api.atoma.network"] as const;

/** What there is to say about a client; nothing is necessary. */
export type SDKOptions = {
  /**
   * The credential, or a function that gives it for each call; `ATOMASDK_BEARER_AUTH` by default. Empty sends none. At
   * the endpoint of `DRAGOMAN_BASE_URL`, `DRAGOMAN_API_KEY` stands for one that is missing or empty.
   */
  bearerAuth?: string | (() => Promise<string>) | undefined;
  /** What sends requests. */
  httpClient?: HTTPClient | undefined;
  /** Which of {@link ServerList}; 0 by default. */
  serverIdx?: number | undefined;
  /**
   * The server's address, up to `/v1`. Without it and `serverIdx`, the endpoint `DRAGOMAN_BASE_URL` names, up to
   * `/chat/completions`, where that is set.
   */
  serverURL?: string | undefined;
  /** When a failed call is tried again; never by default. */
  retryConfig?: RetryConfig | undefined;
  /** How long a call may take, in milliseconds; as long as it takes by default. */
  timeoutMs?: number | undefined;
  /** Where each call is written down; the console where `ATOMASDK_DEBUG` is set, else nowhere. */
  debugLogger?: Logger | undefined;
  /** What runs at each step of a call. */
  hooks?: SDKHooks | undefined;
};

/**
 * The address the options name.
 *
 * @throws `Error` where `serverIdx` is the number of no server, `TypeError` where `serverURL` is no address.
 */
export function serverURLFromOptions(options: SDKOptions): URL {
  return addressOf(options.serverURL || numbered(options.serverIdx ?? 0), "serverURL");
}

/**
 * An address that requests can be made from.
 *
 * @throws `TypeError` Where it is none; without showing it, because it may hold a password.
 */
export function addressOf(text: string | URL, name: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new TypeError(`Invalid URL: ${name} is no address such as https://host or https://host/path`);
  }
  if (url.username || url.password) {
    throw new TypeError(`Invalid URL: ${name} holds a user or a password, which belongs into bearerAuth or a header`);
  }
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/`;
  return url;
}

function numbered(index: number): string {
  const server = ServerList[index];
  if (server === undefined) {
    throw new Error(`Invalid server index ${index}: there are ${ServerList.length}, from 0`);
  }
  return server;
}

/** What this package says of itself. */
export const SDK_METADATA = {
  language: "typescript",
  openapiDocVersion: "0.1.0",
  sdkVersion: "0.1.0",
  userAgent: "atoma-sdk/0.1.0 dragoman/0.1.0",
} as const;
