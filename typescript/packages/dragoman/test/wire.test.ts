import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import type { ChatRequest, Chunk, Completion } from "dragoman";

test("the wire types are what spec/openapi.json says", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/generate.js", "--check"], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
});

test("a request, a completion and a chunk are written and read under the wire's own names", () => {
  const request: ChatRequest = { model: "m", messages: [{ role: "user", content: "hi" }], max_tokens: 3 };
  // @ts-expect-error There is no such field.
  const misspelt: ChatRequest = { ...request, temprature: 1 };
  assert.ok(misspelt);
  const read = (answer: Completion, chunk: Chunk) => [
    answer.choices?.[0]?.message?.content,
    chunk.choices?.[0]?.delta?.content,
  ];
  assert.deepEqual(read({}, { choices: [{ delta: { content: "a" } }] }), [undefined, "a"]);
});
