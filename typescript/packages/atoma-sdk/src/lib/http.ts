/** What sends requests: `fetch`, or what a program puts in its place, with the program's own hooks around it. */

import type { Awaitable } from "../hooks/types.js";

export type { Awaitable } from "../hooks/types.js";

/** A function with the signature of `fetch`. */
export type Fetcher = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What a `Request` is made from. */
export interface RequestInput {
  url: URL;
  options?: RequestInit | undefined;
}

/** Before a request is sent; a request it returns is sent instead. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement is one of these hooks.
export type BeforeRequestHook = (req: Request) => Awaitable<Request | void>;
/** After a request that came to no answer. */
export type RequestErrorHook = (err: unknown, req: Request) => Awaitable<void>;
/** After an answer, whatever its status. */
export type ResponseHook = (res: Response, req: Request) => Awaitable<void>;

/** How an {@link HTTPClient} is made. */
export interface HTTPClientOptions {
  /** What sends; `fetch` by default, as it is at the time of each call. */
  fetcher?: Fetcher;
}

interface HTTPHooks {
  beforeRequest: BeforeRequestHook;
  requestError: RequestErrorHook;
  response: ResponseHook;
}

/** Sends requests, and runs its hooks around each. */
export class HTTPClient {
  readonly #options: HTTPClientOptions;
  readonly #hooks: { [Name in keyof HTTPHooks]: HTTPHooks[Name][] } = {
    beforeRequest: [],
    requestError: [],
    response: [],
  };

  constructor(options: HTTPClientOptions = {}) {
    this.#options = options;
  }

  /** Sends one request. */
  async request(request: Request): Promise<Response> {
    let req = request;
    for (const hook of this.#hooks.beforeRequest) {
      req = (await hook(req)) || req;
    }
    try {
      const fetcher = this.#options.fetcher ?? fetch;
      const res = await fetcher(req);
      for (const hook of this.#hooks.response) {
        await hook(res, req);
      }
      return res;
    } catch (err) {
      for (const hook of this.#hooks.requestError) {
        await hook(err, req);
      }
      throw err;
    }
  }

  /** Adds a hook: before a request, after one that failed, or after an answer. */
  addHook<Name extends keyof HTTPHooks>(hook: Name, fn: HTTPHooks[Name]): this {
    this.#named(hook).push(fn);
    return this;
  }

  /** Removes a hook that was added. */
  removeHook<Name extends keyof HTTPHooks>(hook: Name, fn: HTTPHooks[Name]): this {
    const hooks = this.#named(hook);
    const index = hooks.indexOf(fn);
    if (index >= 0) {
      hooks.splice(index, 1);
    }
    return this;
  }

  /** A client that sends in the same way, with the same hooks, to which others can be added. */
  clone(): HTTPClient {
    const twin = new HTTPClient(this.#options);
    twin.#hooks.beforeRequest.push(...this.#hooks.beforeRequest);
    twin.#hooks.requestError.push(...this.#hooks.requestError);
    twin.#hooks.response.push(...this.#hooks.response);
    return twin;
  }

  #named<Name extends keyof HTTPHooks>(hook: Name): HTTPHooks[Name][] {
    if (!Object.hasOwn(this.#hooks, hook)) {
      throw new Error(`Invalid hook type: ${hook}; there are beforeRequest, requestError and response`);
    }
    return this.#hooks[hook];
  }
}
