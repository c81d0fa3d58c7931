/** The hooks of a client, run in the order in which they were registered. */

import type { RequestInput } from "../lib/http.js";
import type * as types from "./types.js";

/** Hooks to make a client with: `new AtomaSDK({ hooks })`. */
export class SDKHooks implements types.Hooks {
  sdkInitHooks: types.SDKInitHook[] = [];
  beforeCreateRequestHooks: types.BeforeCreateRequestHook[] = [];
  beforeRequestHooks: types.BeforeRequestHook[] = [];
  afterSuccessHooks: types.AfterSuccessHook[] = [];
  afterErrorHooks: types.AfterErrorHook[] = [];

  registerSDKInitHook(hook: types.SDKInitHook): void {
    this.sdkInitHooks.push(hook);
  }

  registerBeforeCreateRequestHook(hook: types.BeforeCreateRequestHook): void {
    this.beforeCreateRequestHooks.push(hook);
  }

  registerBeforeRequestHook(hook: types.BeforeRequestHook): void {
    this.beforeRequestHooks.push(hook);
  }

  registerAfterSuccessHook(hook: types.AfterSuccessHook): void {
    this.afterSuccessHooks.push(hook);
  }

  registerAfterErrorHook(hook: types.AfterErrorHook): void {
    this.afterErrorHooks.push(hook);
  }

  sdkInit(options: types.SDKInitOptions): types.SDKInitOptions {
    return this.sdkInitHooks.reduce((so, hook) => hook.sdkInit(so), options);
  }

  beforeCreateRequest(context: types.BeforeCreateRequestContext, input: RequestInput): RequestInput {
    return this.beforeCreateRequestHooks.reduce((so, hook) => hook.beforeCreateRequest(context, so), input);
  }

  async beforeRequest(context: types.BeforeRequestContext, request: Request): Promise<Request> {
    let so = request;
    for (const hook of this.beforeRequestHooks) {
      so = await hook.beforeRequest(context, so);
    }
    return so;
  }

  async afterSuccess(context: types.AfterSuccessContext, response: Response): Promise<Response> {
    let so = response;
    for (const hook of this.afterSuccessHooks) {
      so = await hook.afterSuccess(context, so);
    }
    return so;
  }

  async afterError(
    context: types.AfterErrorContext,
    response: Response | null,
    error: unknown,
  ): Promise<{ response: Response | null; error: unknown }> {
    let so = { response, error };
    for (const hook of this.afterErrorHooks) {
      so = await hook.afterError(context, so.response, so.error);
    }
    return so;
  }
}
