import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { AtomaSDK } from "atoma-sdk";
import { AtomaSDKCore } from "atoma-sdk/core.js";
import { chatCreate } from "atoma-sdk/funcs/chatCreate.js";
import { chatCreateStream } from "atoma-sdk/funcs/chatCreateStream.js";
import * as errors from "atoma-sdk/models/errors";
import { unwrap, unwrapAsync } from "atoma-sdk/types/fp.js";
import { ASK, COMPLETION, json, type Script, STREAM, scripted, thrown } from "./scripted.js";

const answer =
  (status: number, type: string, body = ""): Script =>
  (response) =>
    void response.writeHead(status, { "content-type": type }).end(body);

describe("whatever is no documented answer is an APIError", () => {
  const cases: Array<[string, Script]> = [
    ["an empty error", answer(500, "application/json")],
    ["a page", answer(502, "text/html", "<h1>Bad gateway</h1>")],
    ["an answer without content", (response) => void response.writeHead(204).end()],
    ["a created thing", json(COMPLETION, 201)],
    ["a redirect without an address", answer(304, "text/plain")],
    ["a page that is fine", answer(200, "text/html", "<h1>Welcome</h1>")],
  ];
  for (const [name, script] of cases) {
    test(name, async (t) => {
      const { url: serverURL } = await scripted(t, script);
      const { chat } = new AtomaSDK({ serverURL });
      for (const error of [await thrown(chat.create(ASK)), await thrown(chat.createStream(ASK))]) {
        assert.ok(error instanceof errors.APIError, error);
        assert.equal(error.statusCode, error.rawResponse.status);
        const said =
          error.statusCode < 400 ? /^Unexpected API response status or content-type: / : /^API error occurred: /;
        assert.match(error.message, said);
      }
    });
  }
});

test("a stream nobody asked for is refused without waiting for its end, and so is its lack", async (t) => {
  const { url: serverURL, seen } = await scripted(t, (response, { body }) => {
    if (body.stream === true) {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(STREAM);
    } else {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(COMPLETION));
    }
  });
  const { chat } = new AtomaSDK({ serverURL });
  assert.ok((await thrown(chat.create({ ...ASK, stream: true }))) instanceof errors.APIError);
  await seen[0]?.left;
  const error = await thrown(chat.createStream({ ...ASK, stream: false }));
  assert.ok(error instanceof errors.APIError && error.body.includes("Monet"));
});

test("a console shows an error in a few lines, without the credential", async (t) => {
  const { url: serverURL } = await scripted(t, json({ error: { message: "no" } }, 403));
  const shown = inspect(await thrown(new AtomaSDK({ serverURL, bearerAuth: "sk-secret-1" }).chat.create(ASK)));
  assert.ok(shown.split("\n").length < 20 && !shown.includes("sk-secret-1"));
});

test("standalone functions return what class methods throw", async (t) => {
  const { url: serverURL } = await scripted(t, json({}, 429));
  const core = new AtomaSDKCore({ serverURL });
  for (const result of [await chatCreate(core, ASK), await chatCreateStream(core, ASK)]) {
    assert.ok(!result.ok && result.error instanceof errors.APIError && result.error.statusCode === 429);
    assert.throws(() => unwrap(result), errors.APIError);
  }
  await assert.rejects(unwrapAsync(chatCreate(core, { ...ASK, maxTokens: 0.5 })), errors.SDKValidationError);
});

test("calls without an answer, and their parent", async (t) => {
  const { url: serverURL } = await scripted(t, () => undefined);
  const { chat } = new AtomaSDK({ serverURL });
  const aborted = await thrown(chat.create(ASK, { fetchOptions: { signal: AbortSignal.abort() } }));
  const late = await thrown(chat.create(ASK, { timeoutMs: 20 }));
  const signalled = await thrown(chat.create(ASK, { fetchOptions: { signal: AbortSignal.timeout(20) } }));
  const alone = await thrown(chat.create(ASK, { serverURL: "http://127.0.0.1:1" }));
  const wrong = await thrown(chat.create(ASK, { fetchOptions: { headers: { "a b": "1" } } }));
  const mode = await thrown(chat.create(ASK, { fetchOptions: { redirect: "sideways" as "follow" } }));
  const found = [aborted, late, signalled, alone, wrong, mode];
  assert.deepEqual(
    found.map(({ name }) => name),
    [
      "RequestAbortedError",
      "RequestTimeoutError",
      "RequestTimeoutError",
      "ConnectionError",
      "InvalidRequestError",
      "InvalidRequestError",
    ],
  );
  assert.ok(found.every((error) => error instanceof errors.HTTPClientError && error instanceof Error));
});

test("a timeout longer than a timer can be is one that does not come", async (t) => {
  const { url: serverURL } = await scripted(t, json(COMPLETION));
  for (const timeoutMs of [Number.POSITIVE_INFINITY, 2 ** 40, 0, -1, Number.NaN]) {
    assert.ok(await new AtomaSDK({ serverURL, timeoutMs }).chat.create(ASK));
  }
});

test("timeoutMs ends the reading of a stream too", async (t) => {
  const { url: serverURL } = await scripted(t, (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write(STREAM.slice(0, 200));
  });
  const stream = await new AtomaSDK({ serverURL }).chat.createStream(ASK, { timeoutMs: 200 });
  const error = await thrown(
    (async () => {
      for await (const _ of stream) {
      }
    })(),
  );
  assert.ok(error instanceof errors.RequestTimeoutError);
});

test("content types are compared without their parameters and in any case", async (t) => {
  const { url: serverURL } = await scripted(t, (response, seen, number) => {
    const streamed = seen.body.stream === true;
    const type = streamed ? "Text/Event-Stream; charset=utf-8" : "application/JSON;charset=utf-8";
    return answer(200, type, streamed ? STREAM : JSON.stringify(COMPLETION))(response, seen, number);
  });
  const { chat } = new AtomaSDK({ serverURL });
  assert.ok(await chat.create(ASK));
  assert.ok(await chat.createStream(ASK));
});
