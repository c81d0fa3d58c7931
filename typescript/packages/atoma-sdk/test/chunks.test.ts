import assert from "node:assert/strict";
import { test } from "node:test";
import { Chunks } from "atoma-sdk/lib/chunks.js";
import type { Answer } from "atoma-sdk/lib/sdks.js";
import { chunk } from "./scripted.js";

const answer = {
  refusal: (message: string) => new Error(message),
  broken: () => new Error("broken"),
} as unknown as Answer;
const data = (delta: object, finish: string | null = null) => ({
  data: JSON.stringify(chunk(delta, finish)),
  event: "message",
});

test("a chunk is read, and what carries none is passed over", () => {
  const chunks = new Chunks(answer);
  assert.equal(chunks.read(data({ content: "Mo" }), false)?.data.choices[0]?.delta.content, "Mo");
  assert.equal(chunks.read({ data: "" }, false), undefined);
  assert.equal(chunks.read({ data: "3", event: "ping" }, false), undefined);
  assert.ok(chunks.read({ ...data({}), event: "chunk" }, false));
});

test("half an event at the end of a body is a stream that broke off; in the middle it is no chunk", () => {
  assert.throws(() => new Chunks(answer).read({ data: '{"choi' }, true), /broken/);
  assert.throws(() => new Chunks(answer).read({ data: '{"choi' }, false), /Response validation failed/);
  assert.throws(() => new Chunks(answer).read({ data: "3" }, false), /an object is expected/);
});

test("an answer is whole when each choice has said why it finished", () => {
  const chunks = new Chunks(answer);
  assert.ok(chunks.early());
  chunks.read(data({ content: "Mo" }), false);
  assert.ok(chunks.early());
  chunks.read(data({}, "stop"), false);
  chunks.read(data({ content: "" }), false);
  assert.equal(chunks.early(), undefined);
});
