/** What a hook is: a place in a call where a program may look at it, or change it. Types only. */

import type { HTTPClient, RequestInput } from "../lib/http.js";
import type { RetryConfig } from "../lib/retries.js";

/** A value, now or later. */
export type Awaitable<T> = T | Promise<T>;

/** What the credential of a call has become. */
export interface SecurityState {
  /** The headers that carry it. */
  headers: Record<string, string>;
}

/** Which call it is. */
export interface HookContext {
  /** The operation's name, such as `chat_completions_create`. */
  operationID: string;
  oAuth2Scopes: string[];
  /** The credential as the client was given it. */
  securitySource: string | (() => Promise<string>) | undefined;
  /** The credential as it is sent; null where there is none. */
  resolvedSecurity: SecurityState | null;
  retryConfig: RetryConfig;
  retryCodes: string[];
}

export type BeforeCreateRequestContext = HookContext;
export type BeforeRequestContext = HookContext;
export type AfterSuccessContext = HookContext;
export type AfterErrorContext = HookContext;

/** What a client is made with. */
export interface SDKInitOptions {
  baseURL: URL | null;
  client: HTTPClient;
}

/** When a client is made: may replace its address and its HTTP client. */
export interface SDKInitHook {
  sdkInit: (options: SDKInitOptions) => SDKInitOptions;
}

/** Before there is a `Request`: may change its address, and everything else of it. */
export interface BeforeCreateRequestHook {
  beforeCreateRequest: (context: BeforeCreateRequestContext, input: RequestInput) => RequestInput;
}

/** Before each attempt: may replace the request, or throw to stop it. */
export interface BeforeRequestHook {
  beforeRequest: (context: BeforeRequestContext, request: Request) => Awaitable<Request>;
}

/** After an answer whose status is no error: may replace it, or throw to refuse it. */
export interface AfterSuccessHook {
  afterSuccess: (context: AfterSuccessContext, response: Response) => Awaitable<Response>;
}

/**
 * After an answer whose status is an error, or no answer: may replace either. An error it returns is thrown; a
 * response is used.
 */
export interface AfterErrorHook {
  afterError: (
    context: AfterErrorContext,
    response: Response | null,
    error: unknown,
  ) => Awaitable<{ response: Response | null; error: unknown }>;
}

/** Where hooks are registered; they run in the order in which they were. */
export interface Hooks {
  registerSDKInitHook(hook: SDKInitHook): void;
  registerBeforeCreateRequestHook(hook: BeforeCreateRequestHook): void;
  registerBeforeRequestHook(hook: BeforeRequestHook): void;
  registerAfterSuccessHook(hook: AfterSuccessHook): void;
  registerAfterErrorHook(hook: AfterErrorHook): void;
}

/** Any of them. */
export type Hook = SDKInitHook | BeforeCreateRequestHook | BeforeRequestHook | AfterSuccessHook | AfterErrorHook;
