import assert from "node:assert/strict";
import { test } from "node:test";
import { readable } from "atoma-sdk/lib/inbound.js";
import { COMPLETION } from "./scripted.js";

const copy = (value: unknown) => JSON.parse(JSON.stringify(value));

test("an answer, its choices, messages, usage and details are renamed", () => {
  const usage = { ...COMPLETION.usage, completion_tokens_details: { reasoning_tokens: 1, own_tokens: 2 } };
  const read: any = readable(copy({ ...COMPLETION, usage }));
  assert.equal(read.systemFingerprint, "fp");
  assert.equal(read.choices[0].finishReason, "stop");
  assert.deepEqual(read.usage, {
    promptTokens: 3,
    completionTokens: 1,
    totalTokens: 4,
    completionTokensDetails: { reasoningTokens: 1, own_tokens: 2 },
  });
});

test("what they hold is as it came", () => {
  const tool_calls = [{ function: { name: "f", arguments: "{}" }, top_p: 1 }];
  const logprobs = { content: [{ top_logprobs: [] }] };
  const read: any = readable({ choices: [{ delta: { tool_calls }, logprobs }] });
  assert.deepEqual(read.choices[0], { delta: { toolCalls: tool_calls }, logprobs });
});

test("choices that are left out are none", () => {
  assert.deepEqual(readable({ id: "x" }), { id: "x", choices: [] });
  assert.deepEqual(readable({ choices: null }), { choices: [] });
});

test("a field named __proto__ is a field", () => {
  const read: any = readable(JSON.parse('{"choices":[],"service_tier":"x","__proto__":{"isAdmin":true}}'));
  assert.equal(read.isAdmin, undefined);
  assert.deepEqual(Object.getOwnPropertyNames(read).sort(), ["__proto__", "choices", "serviceTier"]);
});

test("what is no answer is refused, and the place is named", () => {
  assert.throws(() => readable([]), /an object is expected/);
  assert.throws(() => readable({ choices: {} }), /choices: a list is expected/);
  assert.throws(() => readable({ choices: [{}, 3] }), /choices\[1\]: an object is expected/);
});
