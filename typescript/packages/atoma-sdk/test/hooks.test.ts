import assert from "node:assert/strict";
import { test } from "node:test";
import { AtomaSDK } from "atoma-sdk";
import { type HookContext, SDKHooks } from "atoma-sdk/hooks";
import { HTTPClient } from "atoma-sdk/lib/http.js";
import { ASK, COMPLETION, json, scripted, thrown, turns } from "./scripted.js";

test("hooks run in their order, on each attempt, and know which call it is", async (t) => {
  const { url: serverURL } = await scripted(t, turns(json({}, 503), json(COMPLETION)));
  const hooks = new SDKHooks();
  const heard: string[] = [];
  const contexts = new Set<HookContext>();
  const note = <T>(word: string, same: T): T => {
    heard.push(word);
    return same;
  };
  hooks.registerSDKInitHook({ sdkInit: (options) => note("init", options) });
  hooks.registerBeforeCreateRequestHook({
    beforeCreateRequest: (context, input) => {
      contexts.add(context);
      return note("create", input);
    },
  });
  for (const name of ["first", "second"]) {
    hooks.registerBeforeRequestHook({ beforeRequest: (_, request) => note(name, request) });
  }
  hooks.registerAfterErrorHook({
    afterError: (_, response, error) => note(`error ${response?.status}`, { response, error }),
  });
  hooks.registerAfterSuccessHook({ afterSuccess: (_, response) => note("success", response) });
  const client = new AtomaSDK({ serverURL, hooks, bearerAuth: "sk-1" });
  await client.chat.create(ASK, { retries: { strategy: "backoff", backoff: { initialInterval: 1 } } });
  assert.deepEqual(heard, ["init", "create", "first", "second", "error 503", "first", "second", "success"]);
  const [context] = contexts;
  assert.equal(context?.operationID, "chat_completions_create");
  assert.deepEqual(context?.resolvedSecurity, { headers: { Authorization: "Bearer sk-1" } });
  assert.equal(context?.retryConfig.strategy, "backoff");
});

test("a hook may replace the address, the request, and the answer", async (t) => {
  const { url, seen } = await scripted(t, json({}, 500));
  const hooks = new SDKHooks();
  hooks.registerSDKInitHook({ sdkInit: (options) => ({ ...options, baseURL: new URL(`${url}/init/`) }) });
  hooks.registerBeforeCreateRequestHook({
    beforeCreateRequest: (_, { url: address, options }) => ({ url: new URL(`${address.href}?region=eu`), options }),
  });
  hooks.registerBeforeRequestHook({
    beforeRequest: (_, request) => new Request(request, { headers: { "x-trace": "7" } }),
  });
  hooks.registerAfterErrorHook({ afterError: () => ({ response: Response.json(COMPLETION), error: null }) });
  const { choices } = await new AtomaSDK({ serverURL: "http://127.0.0.1:1", hooks }).chat.create(ASK);
  assert.equal(choices[0]?.message.content, "Monet");
  assert.deepEqual([seen[0]?.path, seen[0]?.headers["x-trace"]], ["/init/v1/chat/completions?region=eu", "7"]);
});

test("what a hook throws is an unexpected error, with its cause", async (t) => {
  const { url: serverURL, seen } = await scripted(t, json(COMPLETION));
  const cause = new Error("not today");
  const refuse = () => {
    throw cause;
  };
  const places: Array<(hooks: SDKHooks) => void> = [
    (hooks) => hooks.registerBeforeCreateRequestHook({ beforeCreateRequest: refuse }),
    (hooks) => hooks.registerBeforeRequestHook({ beforeRequest: refuse }),
    (hooks) => hooks.registerAfterSuccessHook({ afterSuccess: refuse }),
  ];
  for (const place of places) {
    const hooks = new SDKHooks();
    place(hooks);
    const error = await thrown(new AtomaSDK({ serverURL, hooks }).chat.create(ASK));
    assert.deepEqual([error.name, error.cause], ["UnexpectedClientError", cause]);
  }
  assert.equal(seen.length, 1);
});

test("an error that afterError returns is what the call fails with", async (t) => {
  const { url: serverURL } = await scripted(t, json({}, 500));
  const hooks = new SDKHooks();
  hooks.registerAfterErrorHook({ afterError: () => ({ response: null, error: new Error("told otherwise") }) });
  assert.match((await thrown(new AtomaSDK({ serverURL, hooks }).chat.create(ASK))).message, /told otherwise/);
});

test("an HTTPClient runs its hooks, and sends with a fetch of one's own", async () => {
  const heard: string[] = [];
  const httpClient = new HTTPClient({
    fetcher: async (request) => {
      heard.push(`sent ${new Request(request).headers.get("x-custom-header")}`);
      return Response.json(COMPLETION);
    },
  });
  const note = () => void heard.push("answered");
  httpClient
    .addHook("beforeRequest", (request) => {
      const next = new Request(request);
      next.headers.set("x-custom-header", "custom value");
      return next;
    })
    .addHook("beforeRequest", () => undefined)
    .addHook("response", note);
  await new AtomaSDK({ httpClient }).chat.create(ASK);
  assert.deepEqual(heard, ["sent custom value", "answered"]);

  const twin = httpClient.clone().removeHook("response", note);
  await new AtomaSDK({ httpClient: twin }).chat.create(ASK);
  assert.equal(heard.length, 3);
  assert.throws(() => httpClient.addHook("afterwards" as "response", note), /Invalid hook type: afterwards/);
});

test("an HTTPClient tells its requestError hooks what failed, and on what", async () => {
  const heard: string[] = [];
  const httpClient = new HTTPClient().addHook("requestError", (error, request) => {
    heard.push(`${request.method} ${(error as Error).name}`);
  });
  await thrown(new AtomaSDK({ httpClient, serverURL: "http://127.0.0.1:1" }).chat.create(ASK));
  assert.deepEqual(heard, ["POST TypeError"]);
});
