/** One call, from a request's body to an answer: hooks, attempts, limits in time, and what a failure is. */

import { exchange, failureOf, masked, pointedAt } from "dragoman";
import { SDKHooks } from "../hooks/hooks.js";
import type { HookContext } from "../hooks/types.js";
import { APIError } from "../models/errors/apierror.js";
import {
  ConnectionError,
  HTTPClientError,
  InvalidRequestError,
  RequestAbortedError,
  RequestTimeoutError,
  UnexpectedClientError,
} from "../models/errors/httpclienterrors.js";
import { SDKValidationError } from "../models/errors/sdkvalidationerror.js";
import { ERR, OK, type Result } from "../types/fp.js";
import { addressOf, SDK_METADATA, type SDKOptions, ServerList, serverURLFromOptions } from "./config.js";
import { env } from "./env.js";
import { HTTPClient, type RequestInput } from "./http.js";
import { type Logger, logRequest, logResponse } from "./logger.js";
import { RETRY_CODES, type RetryConfig, rulesOf } from "./retries.js";

/** What there is to say about one call. */
export type RequestOptions = {
  /** How long it may take, in milliseconds: attempts, pauses and the reading of a stream included. */
  timeoutMs?: number | undefined;
  /** When it is tried again. */
  retries?: RetryConfig | undefined;
  /** The statuses that are tried again: `"503"`, or `"5XX"` for all that begin so. */
  retryCodes?: string[] | undefined;
  /** The server's address, up to `/v1`. */
  serverURL?: string | URL | undefined;
  /** What `fetch` is told besides; its headers come last and win. Both its signal and `timeoutMs` end the call. */
  fetchOptions?: Omit<RequestInit, "method" | "body"> | undefined;
};

/** Every error of a call. */
export type ChatError =
  | APIError
  | SDKValidationError
  | UnexpectedClientError
  | InvalidRequestError
  | RequestAbortedError
  | RequestTimeoutError
  | ConnectionError;

/** What is called. */
export interface Operation {
  /** Its name, for hooks. */
  readonly id: string;
  /** The kind of answer it has. */
  readonly accept: "application/json" | "text/event-stream";
}

// Timers take no longer ones, and end at once instead.
const LONGEST_TIMEOUT = 2 ** 31 - 1;

const isBrowser = typeof document === "object" || "importScripts" in globalThis;

/** Whose the vendor's own variable is. */
const VENDOR = /* @__PURE__ */ new URL(ServerList[0]).host;

/** What every client is: options, and the way a call goes. */
export class ClientSDK {
  /** What the client was made with. */
  readonly _options: SDKOptions & { hooks: SDKHooks };
  /** The server's address, up to where the path begins. */
  readonly _baseURL: URL | null;
  readonly #path: string;
  /** Whether the address is that of `DRAGOMAN_BASE_URL`, and none of the vendor's. */
  readonly #pointed: boolean;
  readonly #client: HTTPClient;
  readonly #logger: Logger | undefined;

  constructor(options: SDKOptions = {}) {
    const hooks = options.hooks ?? new SDKHooks();
    const pointed = options.serverURL || options.serverIdx !== undefined ? undefined : pointedAt();
    const url = pointed === undefined ? serverURLFromOptions(options) : addressOf(pointed, "DRAGOMAN_BASE_URL");
    const made = hooks.sdkInit({ baseURL: url, client: options.httpClient ?? new HTTPClient() });
    this._options = { ...options, hooks };
    this._baseURL = made.baseURL;
    this.#pointed = pointed !== undefined && made.baseURL?.href === url.href && url.host !== VENDOR;
    this.#path = pointed === undefined ? "v1/chat/completions" : "chat/completions";
    this.#client = made.client;
    this.#logger = options.debugLogger ?? (env().ATOMASDK_DEBUG ? console : undefined);
  }

  /** Asks, and reads the answer; what fails on the way is the result's error. */
  async _call<T>(
    operation: Operation,
    body: () => string,
    options: RequestOptions | undefined,
    read: (answer: Answer) => Promise<T>,
  ): Promise<Result<T, ChatError>> {
    const limits = new Limits(options?.timeoutMs ?? this._options.timeoutMs, options?.fetchOptions?.signal);
    try {
      const text = body();
      const context = await this.#context(operation, options);
      const request = this.#request(operation, context, text, limits, options ?? {});
      const response = await exchange(this.#sender(request, context), {
        ...rulesOf(context.retryConfig, context.retryCodes),
        signal: request.signal,
      });
      const answer = new Answer(response, limits, request.headers.get("authorization") ?? undefined);
      await answer.expect(operation.accept);
      return OK(await read(answer));
    } catch (thrown) {
      return ERR(limits.told(thrown));
    }
  }

  async #context(operation: Operation, options: RequestOptions | undefined): Promise<HookContext> {
    const source = this._options.bearerAuth;
    const given = typeof source === "function" ? await source() : source;
    // The vendor's credential is nothing for another endpoint.
    const token = (
      this.#pointed && !options?.serverURL
        ? given?.trim() || env().DRAGOMAN_API_KEY
        : (given ?? env().ATOMASDK_BEARER_AUTH)
    )?.trim();
    const authorization = /^bearer /i.test(token ?? "") ? token : `Bearer ${token}`;
    return {
      operationID: operation.id,
      oAuth2Scopes: [],
      securitySource: source,
      resolvedSecurity: token && authorization ? { headers: { Authorization: authorization } } : null,
      retryConfig: options?.retries ?? this._options.retryConfig ?? { strategy: "none" },
      retryCodes: options?.retryCodes ?? RETRY_CODES,
    };
  }

  #request(operation: Operation, context: HookContext, body: string, limits: Limits, options: RequestOptions): Request {
    const headers = headersOf(operation, context, options.fetchOptions?.headers);
    const input: RequestInput = {
      url: this.#url(options.serverURL),
      options: { ...options.fetchOptions, method: "POST", headers, body, signal: limits.signal ?? null },
    };
    const changed = this._options.hooks.beforeCreateRequest(context, input);
    try {
      return new Request(changed.url, changed.options);
    } catch (cause) {
      throw new InvalidRequestError("No request can be made of the options", { cause });
    }
  }

  #url(server: string | URL | undefined): URL {
    const base = server || this._baseURL;
    if (!base) {
      throw new InvalidRequestError("No base URL provided for operation");
    }
    let url: URL;
    try {
      url = addressOf(base, "serverURL");
    } catch (cause) {
      throw new InvalidRequestError("No request can be sent there", { cause });
    }
    url.pathname += server ? "v1/chat/completions" : this.#path;
    return url;
  }

  /** What makes one attempt. */
  #sender(request: Request, context: HookContext): () => Promise<Response> {
    const { hooks } = this._options;
    const logger = this.#logger;
    const once = context.retryConfig.strategy === "none";
    return async () => {
      const sent = await hooks.beforeRequest(context, once ? request : request.clone());
      await (logger && logRequest(logger, sent));
      const response = await this.#judged(context, sent);
      await (logger && logResponse(logger, response, sent));
      return response;
    };
  }

  /** The answer to a request, after the hooks for what it is. */
  async #judged(context: HookContext, request: Request): Promise<Response> {
    const { hooks } = this._options;
    let response: Response | null = null;
    let error: unknown = null;
    try {
      response = await this.#client.request(request);
      if (response.status < 400) {
        return await hooks.afterSuccess(context, response);
      }
    } catch (thrown) {
      if (response !== null) {
        throw thrown;
      }
      error = thrown;
    }
    const told = await hooks.afterError(context, response, error);
    const kept = told.response ?? response;
    if (told.error || kept === null) {
      throw told.error ?? error;
    }
    return kept;
  }
}

/** What ends a call before its answer does: the caller's own signal, and a limit in time. */
class Limits {
  /** Both; undefined where there is neither. */
  readonly signal: AbortSignal | undefined;
  readonly #caller: AbortSignal | undefined;
  readonly #timeout: AbortSignal | undefined;

  constructor(timeoutMs: number | undefined, caller: AbortSignal | null | undefined) {
    this.#caller = caller ?? undefined;
    this.#timeout = timeoutMs && timeoutMs > 0 ? AbortSignal.timeout(Math.min(timeoutMs, LONGEST_TIMEOUT)) : undefined;
    this.signal =
      this.#caller && this.#timeout ? AbortSignal.any([this.#caller, this.#timeout]) : (this.#caller ?? this.#timeout);
  }

  /** What was thrown, as one of the documented errors. */
  told(cause: unknown): ChatError {
    if (cause instanceof APIError || cause instanceof SDKValidationError || cause instanceof HTTPClientError) {
      return cause as ChatError;
    }
    switch (this.#failure(cause)) {
      case "timeout":
        return new RequestTimeoutError("Request timed out", { cause });
      case "aborted":
        return new RequestAbortedError("Request aborted by client", { cause });
      case "connection":
        return new ConnectionError("Unable to make request", { cause });
      default:
        return new UnexpectedClientError("Unexpected HTTP client error", { cause });
    }
  }

  /** A signal may be given any reason, and that is what `fetch` throws: whose signal it was decides. */
  #failure(cause: unknown): ReturnType<typeof failureOf> {
    if (this.#caller?.aborted) {
      return failureOf(this.#caller.reason) === "timeout" ? "timeout" : "aborted";
    }
    return this.#timeout?.aborted ? "timeout" : failureOf(cause);
  }
}

/** An answer that has begun. */
export class Answer {
  readonly #limits: Limits;
  readonly #credential: string | undefined;

  constructor(
    readonly response: Response,
    limits: Limits,
    credential: string | undefined,
  ) {
    this.#limits = limits;
    this.#credential = credential;
  }

  /** Refuses an answer that is not of the kind that was asked for. */
  async expect(kind: string): Promise<void> {
    const { status, headers } = this.response;
    const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
    if (status === 200 && type === kind) {
      return;
    }
    const said = status < 400 ? "Unexpected API response status or content-type" : "API error occurred";
    // The status and the kind say what happened: a stream nobody asked for may be without end, and a body that does
    // not arrive adds nothing to know.
    const reading = type === "text/event-stream" ? this.response.body?.cancel() : this.response.text();
    throw this.refusal(said, (await reading?.catch(() => "")) ?? "");
  }

  /** The error that an answer is; wherever the server echoes the credential, it is masked. */
  refusal(message: string, body = "", options: { statusCode?: number | undefined; cause?: unknown } = {}): APIError {
    return new APIError(masked(message, this.#credential), this.response, masked(body, this.#credential), options);
  }

  /** The error that breaking off in the middle is. */
  broken(cause: unknown): Error {
    const error = this.#limits.told(cause);
    const ours = error instanceof RequestAbortedError || error instanceof RequestTimeoutError;
    return ours ? error : this.refusal("The stream broke off before its end", "", { cause });
  }
}

function headersOf(operation: Operation, context: HookContext, own: RequestInit["headers"]): Headers {
  const headers = new Headers({ "content-type": "application/json", accept: operation.accept });
  if (!isBrowser) {
    headers.set("user-agent", SDK_METADATA.userAgent);
  }
  setAll(headers, context.resolvedSecurity?.headers, "bearerAuth");
  setAll(headers, own, "fetchOptions.headers");
  return headers;
}

function setAll(headers: Headers, own: RequestInit["headers"], place: string): void {
  try {
    new Headers(own).forEach((value, name) => {
      headers.set(name, value);
    });
  } catch {
    // What was thrown shows the value, which may be a credential.
    throw new InvalidRequestError(`${place} holds a character that no header may have`);
  }
}
