import assert from "node:assert/strict";
import { test } from "node:test";
import { AtomaSDK } from "atoma-sdk";
import { type RetryConfig, rulesOf } from "atoma-sdk/lib/retries.js";
import { ASK, COMPLETION, events, json, type Script, STREAM, scripted, thrown, turns } from "./scripted.js";

const BRIEF = { initialInterval: 1, maxInterval: 5, exponent: 1.5, maxElapsedTime: 5000 };
const AGAIN: RetryConfig = { strategy: "backoff", backoff: BRIEF };
const client = (serverURL: string, more: object = {}) => new AtomaSDK({ serverURL, ...more }).chat;
const refuse = (status: number): Script => turns(json({}, status), json(COMPLETION));

test("by default each call is one request", async (t) => {
  const { url, seen } = await scripted(t, json({}, 503));
  assert.equal((await thrown(client(url).create(ASK))).statusCode, 503);
  assert.equal(seen.length, 1);
});

test("429, 500, 502, 503 and 504 are tried again, others are not", async (t) => {
  for (const [status, requests] of [
    [429, 2],
    [500, 2],
    [502, 2],
    [503, 2],
    [504, 2],
    [400, 1],
    [408, 1],
    [501, 1],
  ] as const) {
    const { url, seen } = await scripted(t, refuse(status));
    await client(url, { retryConfig: AGAIN })
      .create(ASK)
      .catch(() => undefined);
    assert.equal(seen.length, requests, `${status}`);
  }
});

test("each attempt sends the whole body", async (t) => {
  const { url, seen } = await scripted(t, turns(json({}, 503), json({}, 503), json(COMPLETION)));
  await client(url).create(ASK, { retries: AGAIN });
  assert.deepEqual(
    seen.map(({ body }) => body.messages),
    [ASK.messages, ASK.messages, ASK.messages],
  );
});

test("which codes are tried again can be said, one by one and by family", async (t) => {
  const { url, seen } = await scripted(t, refuse(418));
  await client(url).create(ASK, { retries: AGAIN, retryCodes: ["4XX"] });
  assert.equal(seen.length, 2);
  const { status } = rulesOf(AGAIN, ["418", "5xx"]);
  assert.deepEqual([418, 500, 599, 429].map(status), [true, true, true, false]);
});

test("a call may say none where its client says some", async (t) => {
  const { url, seen } = await scripted(t, json({}, 503));
  await thrown(client(url, { retryConfig: AGAIN }).create(ASK, { retries: { strategy: "none" } }));
  assert.equal(seen.length, 1);
});

test("a stream is tried again until it begins", async (t) => {
  const { url, seen } = await scripted(t, turns(json({}, 503), events(STREAM)));
  let chunks = 0;
  for await (const _ of await client(url).createStream(ASK, { retries: AGAIN })) {
    chunks += 1;
  }
  assert.deepEqual([seen.length, chunks], [2, 3]);
});

test("a connection that breaks is tried again only where that is wanted", async (t) => {
  const broken: Script = (response) => void response.destroy();
  const { url, seen } = await scripted(t, turns(broken, json(COMPLETION)));
  assert.equal((await thrown(client(url).create(ASK, { retries: AGAIN }))).name, "ConnectionError");
  assert.equal(seen.length, 1);
  const other = await scripted(t, turns(broken, json(COMPLETION)));
  await client(other.url).create(ASK, { retries: { ...AGAIN, retryConnectionErrors: true } });
  assert.equal(other.seen.length, 2);
});

test("the last answer is what comes of it when the time is over", async (t) => {
  const { url, seen } = await scripted(t, json({ error: "still busy" }, 503));
  const retries: RetryConfig = { strategy: "backoff", backoff: { ...BRIEF, maxElapsedTime: 20 } };
  const error = await thrown(client(url).create(ASK, { retries }));
  assert.match(error.body, /still busy/);
  assert.ok(seen.length > 1);
});

test("timeoutMs is for all attempts together", async (t) => {
  const { url } = await scripted(t, json({}, 503, { "retry-after": "30" }));
  const error = await thrown(client(url).create(ASK, { retries: { strategy: "backoff" }, timeoutMs: 100 }));
  assert.equal(error.name, "RequestTimeoutError");
});
