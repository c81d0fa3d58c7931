/** This face and the published package against one server: each row of the README's table. */

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { AtomaSDK } from "atoma-sdk";
import { SDKHooks } from "atoma-sdk/hooks";
import {
  APIError,
  ConnectionError,
  RequestAbortedError,
  RequestTimeoutError,
  SDKValidationError,
} from "atoma-sdk/models/errors";
import { chatCreate as theirCreate } from "atoma-sdk-original/funcs/chatCreate.js";
import { SDKHooks as TheirHooks } from "atoma-sdk-original/hooks/index.js";
// Its root cannot be imported without a compiler: it loads an addon that npm builds.
import { Chat as Original } from "atoma-sdk-original/sdk/chat.js";
import {
  ASK,
  apart,
  COMPLETION,
  chunk,
  cut,
  drained,
  event,
  events,
  json,
  type Script,
  STREAM,
  scripted,
  thrown,
  turns,
} from "./scripted.js";

/** Both clients, each at a server of its own that plays the same script. */
async function both(t: TestContext, script: Script, options: Record<string, unknown> = {}) {
  const [ours, theirs] = [await scripted(t, script), await scripted(t, script)];
  const face = new AtomaSDK({ bearerAuth: "sk-secret-1", ...options, serverURL: ours.url });
  const original = new Original({ bearerAuth: "sk-secret-1", ...options, serverURL: theirs.url });
  return {
    ours: { chat: face.chat, seen: ours.seen, url: ours.url },
    theirs: { chat: original, seen: theirs.seen, url: theirs.url },
  };
}

const texts = (values: Array<{ data: { choices: Array<{ delta: { content?: string | null | undefined } }> } }>) =>
  values.map(({ data }) => data.choices[0]?.delta.content ?? "").join("");
const streams = async (t: TestContext, text: string | Script) => {
  const { ours, theirs } = await both(t, typeof text === "string" ? events(text) : text);
  return {
    face: await drained(await ours.chat.createStream(ASK)),
    original: await drained(await theirs.chat.createStream(ASK)),
  };
};
const BRIEF = { initialInterval: 1, maxInterval: 5, exponent: 1.5, maxElapsedTime: 5000 };
const AGAIN = { strategy: "backoff", backoff: BRIEF } as const;

test("same: the body and the headers that matter", async (t) => {
  const { ours, theirs } = await both(t, json(COMPLETION));
  const asked = {
    ...ASK,
    messages: [{ role: "user", content: "hi", name: null }],
    frequencyPenalty: 0,
    functionCall: null,
    functions: [{ name: "f" }],
    logitBias: { 5: -1 },
    maxTokens: 3,
    n: 1,
    presencePenalty: 0.5,
    responseFormat: { type: "json_object" },
    seed: 7,
    stop: ["a"],
    temperature: null,
    toolChoice: { type: "function", function: { name: "f" } },
    tools: [{ type: "function", function: { name: "f", parameters: { maxTokens: 1 } } }],
    topP: 1,
    user: "u",
  };
  await Promise.all([ours.chat.create(asked), theirs.chat.create(asked)]);
  const [mine, other] = [ours.seen[0], theirs.seen[0]];
  assert.deepEqual(mine?.body, other?.body);
  for (const part of ["authorization", "content-type", "accept"] as const) {
    assert.equal(mine?.headers[part], other?.headers[part]);
  }
  assert.deepEqual([mine?.method, mine?.path], [other?.method, other?.path]);
});

test("same: what a documented answer and its chunks say", async (t) => {
  const { ours, theirs } = await both(t, (response, seen, number) =>
    (seen.body.stream === true ? events(STREAM) : json(COMPLETION))(response, seen, number),
  );
  const [mine, other] = await Promise.all([ours.chat.create(ASK), theirs.chat.create(ASK)]);
  const { object: _, ...documented } = mine;
  assert.deepEqual(documented, other);
  const chunks = await drained(await ours.chat.createStream(ASK));
  assert.deepEqual(chunks, await drained(await theirs.chat.createStream(ASK)));
});

test("same: an empty bearerAuth sends no credential", async (t) => {
  const { ours, theirs } = await both(t, json(COMPLETION), { bearerAuth: "" });
  await Promise.all([ours.chat.create(ASK), theirs.chat.create(ASK)]);
  assert.deepEqual(
    [ours.seen[0]?.headers.authorization, theirs.seen[0]?.headers.authorization],
    [undefined, undefined],
  );
});

test("same: the class, fields and message of an error status", async (t) => {
  const { ours, theirs } = await both(t, json({ error: { message: "no" } }, 404));
  const [mine, other] = [await thrown(ours.chat.create(ASK)), await thrown(theirs.chat.create(ASK))];
  for (const field of ["name", "message", "statusCode", "contentType", "body"]) {
    assert.equal(mine[field], other[field], field);
  }
  assert.ok(mine instanceof APIError && mine.rawResponse.status === 404);
});

test("root import", async () => {
  assert.equal(typeof (await import("atoma-sdk")).AtomaSDK, "function");
  await assert.rejects(import("atoma-sdk-original/index.js"), /blake2/);
});

test("unknown fields of an answer", async (t) => {
  const { ours, theirs } = await both(t, json({ ...COMPLETION, response_hash: "abc" }));
  const [mine, other] = [await ours.chat.create(ASK), await theirs.chat.create(ASK)];
  assert.deepEqual([mine["response_hash"], mine.object], ["abc", "chat.completion"]);
  assert.ok(!("response_hash" in other) && !("object" in other));
});

test("unknown fields of a request", async (t) => {
  const { ours, theirs } = await both(t, json(COMPLETION));
  const asked = { ...ASK, maxCompletionTokens: 5, min_tokens: 2 };
  await Promise.all([ours.chat.create(asked), theirs.chat.create(asked)]);
  const pick = ({ max_completion_tokens, min_tokens }: any) => [max_completion_tokens, min_tokens];
  assert.deepEqual(pick(ours.seen[0]?.body), [5, 2]);
  assert.deepEqual(pick(theirs.seen[0]?.body), [undefined, undefined]);
});

test("tool calls", async (t) => {
  const message = {
    role: "assistant",
    content: null,
    tool_calls: [{ id: "1", type: "function", function: { name: "f" } }],
  };
  const { ours, theirs } = await both(
    t,
    json({ ...COMPLETION, choices: [{ index: 0, message, finish_reason: "tool_calls" }] }),
  );
  const answer = (await ours.chat.create(ASK)).choices[0]?.message;
  assert.deepEqual(answer?.toolCalls, message.tool_calls);
  assert.equal((await thrown(theirs.chat.create(ASK))).name, "SDKValidationError");
  assert.ok(answer);
  await ours.chat.create({ ...ASK, messages: [answer, { role: "tool", toolCallId: "1", content: "4" }] });
  assert.deepEqual(ours.seen[1]?.body.messages, [message, { role: "tool", tool_call_id: "1", content: "4" }]);
});

test("content in parts, and stop as one text", async (t) => {
  const { ours, theirs } = await both(t, json(COMPLETION));
  const asked: any = { ...ASK, messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }], stop: "." };
  await ours.chat.create(asked);
  assert.deepEqual([ours.seen[0]?.body.messages, ours.seen[0]?.body.stop], [asked.messages, "."]);
  assert.equal((await thrown(theirs.chat.create(asked))).name, "SDKValidationError");
  assert.equal(theirs.seen.length, 0);
});

test("an answer without id, created or model", async (t) => {
  const { ours, theirs } = await both(t, json({ choices: COMPLETION.choices }));
  assert.equal((await ours.chat.create(ASK)).choices[0]?.message.content, "Monet");
  assert.equal((await thrown(theirs.chat.create(ASK))).name, "SDKValidationError");
});

test("a 200 that is no JSON", async (t) => {
  const { ours, theirs } = await both(t, (response) => {
    response.writeHead(200, { "content-type": "application/json" }).end("{");
  });
  assert.ok((await thrown(ours.chat.create(ASK))) instanceof SDKValidationError);
  await assert.rejects(theirCreate(theirs.chat, ASK), SyntaxError);
});

test("a 200 that holds an error", async (t) => {
  const { ours, theirs } = await both(t, json({ error: { message: "overloaded", code: 503 } }));
  const error = await thrown(ours.chat.create(ASK));
  assert.ok(error instanceof APIError && error.statusCode === 503);
  assert.equal((await thrown(theirs.chat.create(ASK))).name, "SDKValidationError");
});

test("chunks without object", async (t) => {
  const { object: _, ...bare } = chunk({ content: "Monet" }, "stop");
  const { face, original } = await streams(t, event(bare) + event("[DONE]"));
  assert.deepEqual([texts(face.values), face.error], ["Monet", undefined]);
  assert.equal(original.error?.name, "ZodError");
});

test("no blank line after the last event", async (t) => {
  const { face, original } = await streams(
    t,
    event(chunk({ content: "Mo" })) + event(chunk({ content: "net" }, "stop")).trimEnd(),
  );
  assert.deepEqual([texts(face.values), face.error], ["Monet", undefined]);
  assert.deepEqual([texts(original.values), original.error], ["Mo", undefined]);
});

test("an error inside a stream", async (t) => {
  const fault = event({ error: { message: "overloaded", code: 503 } });
  const { face, original } = await streams(t, apart(event(chunk({ content: "Mo" })), fault));
  assert.ok(face.error instanceof APIError && face.error.statusCode === 503 && face.error.body.includes("overloaded"));
  assert.equal(texts(face.values), "Mo");
  assert.equal(original.error?.name, "ZodError");
});

test("a named keep-alive event", async (t) => {
  const { face, original } = await streams(t, `event: ping\ndata: {"type":"ping"}\n\n${STREAM}`);
  assert.deepEqual([texts(face.values), face.error], ["Monet", undefined]);
  assert.equal(original.error?.name, "ZodError");
});

test("an event that is no chunk", async (t) => {
  const { face, original } = await streams(t, event("{not json"));
  assert.ok(face.error instanceof SDKValidationError);
  assert.equal(original.error?.name, "ZodError");
});

test("a last event that arrives together with others", async (t) => {
  const long = event(chunk({ content: "Mo" }, null, { system_fingerprint: "f".repeat(300) }));
  const { face, original } = await streams(t, long + event(chunk({ content: "net" }, "stop")));
  assert.deepEqual([texts(face.values), face.error], ["Monet", undefined]);
  assert.deepEqual([texts(original.values), original.error], ["Mo", undefined]);
});

test("line ends that are mixed", async (t) => {
  const { face, original } = await streams(t, STREAM.replace("\n\n", "\n\r\n"));
  assert.deepEqual([texts(face.values), face.error], ["Monet", undefined]);
  assert.equal(original.error?.name, "ZodError");
});

test("a connection that is cut", async (t) => {
  const { face, original } = await streams(t, cut(event(chunk({ content: "Mo" }))));
  assert.ok(face.error instanceof APIError && face.error.cause instanceof TypeError);
  assert.equal(texts(face.values), "Mo");
  assert.ok(original.error instanceof TypeError);
});

test("an end before the answer had finished", async (t) => {
  const { face, original } = await streams(t, event(chunk({ content: "Mo" })));
  assert.ok(face.error instanceof APIError);
  assert.match(face.error.message, /^The stream ended before the answer had finished/);
  assert.deepEqual([texts(original.values), original.error], ["Mo", undefined]);
});

test("leaving a stream early", async (t) => {
  const script: Script = (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(event(chunk({ content: "Mo" })));
  };
  const { ours, theirs } = await both(t, script);
  for (const { chat } of [ours, theirs]) {
    for await (const _ of await chat.createStream(ASK)) {
      break;
    }
  }
  await ours.seen[0]?.left;
  const later = new Promise((resolve) => setTimeout(resolve, 200, "still there"));
  assert.equal(await Promise.race([theirs.seen[0]?.left, later]), "still there");
});

test("an abort while a stream is read", async (t) => {
  const script: Script = (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(event(chunk({ content: "Mo" })));
  };
  const { ours, theirs } = await both(t, script);
  const ends: unknown[] = [];
  for (const { chat } of [ours, theirs]) {
    const giving = new AbortController();
    const stream: AsyncIterable<unknown> = await chat.createStream(ASK, { fetchOptions: { signal: giving.signal } });
    setTimeout(() => giving.abort(), 30);
    ends.push((await drained(stream)).error);
  }
  assert.ok(ends[0] instanceof RequestAbortedError);
  assert.equal(ends[1], undefined);
});

test("an abort with a reason of one's own", async (t) => {
  const { ours, theirs } = await both(t, () => undefined);
  const names: string[] = [];
  for (const { chat } of [ours, theirs]) {
    const giving = new AbortController();
    setTimeout(() => giving.abort(new Error("enough")), 30);
    names.push((await thrown(chat.create(ASK, { fetchOptions: { signal: giving.signal } }))).name);
  }
  assert.deepEqual(names, ["RequestAbortedError", "UnexpectedClientError"]);
});

test("timeoutMs beside a signal", async (t) => {
  const { ours, theirs } = await both(t, () => undefined);
  const signal = AbortSignal.timeout(400);
  const begun = Date.now();
  const error = await thrown(ours.chat.create(ASK, { timeoutMs: 20, fetchOptions: { signal } }));
  assert.ok(error instanceof RequestTimeoutError && !signal.aborted, `after ${Date.now() - begun} ms`);
  await thrown(theirs.chat.create(ASK, { timeoutMs: 20, fetchOptions: { signal } }));
  assert.ok(signal.aborted);
});

test("the caller's fetchOptions", async (t) => {
  const { ours, theirs } = await both(t, json(COMPLETION));
  const options = [{ headers: { "x-a": "1" } }, { headers: { "x-a": "1" } }] as const;
  await ours.chat.create(ASK, { timeoutMs: 5000, fetchOptions: options[0] });
  await theirs.chat.create(ASK, { timeoutMs: 5000, fetchOptions: options[1] });
  assert.deepEqual(options[0], { headers: { "x-a": "1" } });
  assert.ok("signal" in options[1]);
});

test("a user-agent of one's own", async (t) => {
  const { ours, theirs } = await both(t, json(COMPLETION));
  const options = { fetchOptions: { headers: { "user-agent": "mine/1" } } };
  await Promise.all([ours.chat.create(ASK, options), theirs.chat.create(ASK, options)]);
  assert.equal(ours.seen[0]?.headers["user-agent"], "mine/1");
  assert.match(theirs.seen[0]?.headers["user-agent"] ?? "", /speakeasy/);
});

test("cookie", async (t) => {
  const { ours, theirs } = await both(t, json(COMPLETION));
  await Promise.all([ours.chat.create(ASK), theirs.chat.create(ASK)]);
  assert.deepEqual([ours.seen[0]?.headers.cookie, theirs.seen[0]?.headers.cookie], [undefined, ""]);
});

test("a per-call serverURL that is no address", async (t) => {
  const { ours, theirs } = await both(t, json(COMPLETION));
  assert.equal((await thrown(ours.chat.create(ASK, { serverURL: "nowhere" }))).name, "InvalidRequestError");
  await assert.rejects(theirCreate(theirs.chat, ASK, { serverURL: "nowhere" }), TypeError);
});

test("a bearerAuth function that fails", async (t) => {
  const bearerAuth = () => Promise.reject(new Error("vault is sealed"));
  const { ours, theirs } = await both(t, json(COMPLETION), { bearerAuth });
  assert.match(`${await thrown(ours.chat.create(ASK))}`, /^UnexpectedClientError: .*vault is sealed/);
  await assert.rejects(theirCreate(theirs.chat, ASK), /^Error: vault is sealed/);
});

test("a credential that no header may have", async (t) => {
  const { ours, theirs } = await both(t, json(COMPLETION), { bearerAuth: "sk-secret\n-1" });
  const error = await thrown(ours.chat.create(ASK));
  assert.ok(error.name === "InvalidRequestError" && !String(error.stack).includes("sk-secret"));
  assert.match(String(await thrown(theirs.chat.create(ASK))), /sk-secret/);
});

test("a credential that the server echoes", async (t) => {
  const { ours, theirs } = await both(t, json({ error: { message: "unknown key sk-secret-1" } }, 401));
  const error = await thrown(ours.chat.create(ASK));
  assert.ok(error.body.includes("unknown key <redacted>") && !error.message.includes("sk-secret-1"));
  assert.match((await thrown(theirs.chat.create(ASK))).message, /sk-secret-1/);
});

test("credentials in the debug log", async (t) => {
  const lines: string[] = [];
  const debugLogger = {
    group: () => undefined,
    groupEnd: () => undefined,
    log: (...words: unknown[]) => void lines.push(words.join(" ")),
  };
  const { ours, theirs } = await both(t, json(COMPLETION), { debugLogger });
  await ours.chat.create(ASK);
  assert.ok(lines.includes("authorization: <redacted>") && !lines.join().includes("sk-secret-1"));
  lines.length = 0;
  await theirs.chat.create(ASK);
  assert.ok(lines.includes("authorization: Bearer sk-secret-1"));
});

test("a failed connection says why", async () => {
  const serverURL = "http://127.0.0.1:1";
  const mine = await thrown(new AtomaSDK({ serverURL }).chat.create(ASK));
  const other = await thrown(new Original({ serverURL }).create(ASK));
  assert.ok(mine instanceof ConnectionError);
  assert.match(mine.message, /^Unable to make request: TypeError: fetch failed: connect ECONNREFUSED|bad port/);
  assert.equal(other.message, "Unable to make request: TypeError: fetch failed");
});

test("afterError on a failed connection", async () => {
  const heard: string[] = [];
  const hook = (name: string) => ({
    afterError: (_: unknown, response: Response | null, error: unknown) => {
      heard.push(name);
      return { response, error };
    },
  });
  const serverURL = "http://127.0.0.1:1";
  const [ours, theirs] = [new SDKHooks(), new TheirHooks()];
  ours.registerAfterErrorHook(hook("ours"));
  theirs.registerAfterErrorHook(hook("theirs"));
  await thrown(new AtomaSDK({ serverURL, hooks: ours }).chat.create(ASK));
  await thrown(new Original(Object.assign({ serverURL }, { hooks: theirs })).create(ASK));
  assert.deepEqual(heard, ["ours"]);
});

test("Retry-After beyond maxInterval", async (t) => {
  const { ours, theirs } = await both(t, turns(json({}, 503, { "retry-after": "1" }), json(COMPLETION)));
  const pause = async (chat: typeof ours.chat | typeof theirs.chat) => {
    const begun = performance.now();
    await chat.create(ASK, { retries: AGAIN });
    return performance.now() - begun;
  };
  // Not a claim of speed: the server's own pause is kept, or it is not.
  assert.ok((await pause(ours.chat)) >= 990);
  assert.ok((await pause(theirs.chat)) < 990);
});

test("Retry-After beyond maxElapsedTime", async (t) => {
  const script = turns(json({}, 503, { "retry-after": "60" }), json(COMPLETION));
  const { ours, theirs } = await both(t, script);
  assert.equal((await thrown(ours.chat.create(ASK, { retries: AGAIN }))).statusCode, 503);
  assert.equal(ours.seen.length, 1);
  await theirs.chat.create(ASK, { retries: AGAIN });
  assert.equal(theirs.seen.length, 2);
});

test("a part of a backoff", async (t) => {
  const { ours, theirs } = await both(t, turns(json({}, 503), json(COMPLETION)));
  const retries: any = { strategy: "backoff", backoff: { initialInterval: 1 } };
  await ours.chat.create(ASK, { retries });
  assert.equal(ours.seen.length, 2);
  // Without a longest interval its pause is NaN, which is none.
  const begun = performance.now();
  await theirs.chat.create(ASK, { retries });
  assert.ok(performance.now() - begun < 1000);
});

test("an abort between two attempts", async (t) => {
  const { ours, theirs } = await both(t, json({}, 503, { "retry-after": "1" }));
  const ends: string[] = [];
  for (const { chat } of [ours, theirs]) {
    const giving = new AbortController();
    const retries = { strategy: "backoff", backoff: { ...BRIEF, maxInterval: 700 } } as const;
    const call = thrown(chat.create(ASK, { retries, fetchOptions: { signal: giving.signal } })).then(() => "over");
    await new Promise((resolve) => setTimeout(resolve, 100));
    giving.abort();
    ends.push(await Promise.race([call, new Promise<string>((resolve) => setTimeout(resolve, 200, "waiting"))]));
    await call;
  }
  assert.deepEqual(ends, ["over", "waiting"]);
});
