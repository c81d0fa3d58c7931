import assert from "node:assert/strict";
import { test } from "node:test";
import { Alike } from "atoma-sdk/lib/alike.js";
import { readable } from "atoma-sdk/lib/inbound.js";
import type { ChatCompletionChunk } from "atoma-sdk/models/components";
import { chunk } from "./scripted.js";

const plainly = (text: string) => readable(JSON.parse(text)) as unknown as ChatCompletionChunk;

/** Reads texts; says what they are, and how many had to be read in full. */
function read(texts: string[]) {
  let full = 0;
  const alike = new Alike(plainly);
  const chunks = texts.map((text) =>
    alike.read(text, () => {
      full += 1;
    }),
  );
  return { chunks, full };
}

const same = (texts: string[]) => {
  const { chunks, full } = read(texts);
  assert.deepEqual(chunks, texts.map(plainly));
  return full;
};

test("chunks that differ in their content only are read in full once", () => {
  const words = Array.from({ length: 50 }, (_, at) => JSON.stringify(chunk({ content: ` word ${at} é 🎨` })));
  assert.equal(same(words), 1);
});

test("content that JSON spells with escapes, no content, and other content are read for what they are", () => {
  const deltas = [
    { content: "a" },
    { content: 'say "hi"' },
    { content: "back\\slash" },
    { content: "new\nline" },
    { content: "" },
    { content: null },
    {},
    { role: "assistant", content: "x" },
    { content: "b", reasoning_content: "c" },
    { tool_calls: [{ index: 0, function: { arguments: '{"content":"' } }] },
    { content: '"},"finish_reason":"stop"' },
    { content: "z" },
  ];
  const texts = deltas.flatMap((delta) => [chunk({ content: "first" }), chunk(delta), chunk(delta, "stop")]);
  same(texts.map((value) => JSON.stringify(value)));
});

test("a text that only looks alike is not", () => {
  const head = '{"choices":[{"index":0,"delta":{"content":"';
  const tail = '"},"finish_reason":null}]}';
  const between = ["a", 'x"},"finish_reason":"stop"},{"index":1,"delta":{"content":"y', "", 'q","role":"tool'];
  same(between.map((text) => head + text + tail));
});

test("a key of that name that is not the delta's is not taken for it", () => {
  const texts = ["a", "b", "c"].map(
    (text) => `{"note":{"content":"${text}"},"choices":[{"index":0,"delta":{"content": "${text}"}}]}`,
  );
  same(texts);
  same(["a", "b"].map((text) => `{"choices":[{"index":0,"delta":{"content":"${text}","content":"${text}"}}]}`));
  same(["a", "b"].map((text) => `{"choices":[{"index":0,"delta":{"content":"a","content":"${text}"}}]}`));
});

test("what two chunks would share is not shared", () => {
  const { chunks } = read(
    ["a", "b", "c"].map((content) => JSON.stringify(chunk({ content }, null, { vendor: { tags: [1] } }))),
  );
  const [, second, third] = chunks as [ChatCompletionChunk, ChatCompletionChunk, ChatCompletionChunk];
  (second["vendor"] as { tags: number[] }).tags.push(2);
  (second.choices[0] as { delta: { role?: string } }).delta.role = "mine";
  second.choices.length = 0;
  assert.deepEqual(third, plainly(JSON.stringify(chunk({ content: "c" }, null, { vendor: { tags: [1] } }))));
});

test("chunks that a program changed do not change the next", () => {
  const alike = new Alike(plainly);
  for (const content of ["a", "b", "c", "d"]) {
    const one = alike.read(JSON.stringify(chunk({ content })), () => undefined);
    assert.deepEqual(one, plainly(JSON.stringify(chunk({ content }))));
    one.model = "changed";
    Object.assign(one.choices[0]?.delta ?? {}, { content: "changed", role: "changed" });
    one.choices.push(...one.choices);
  }
});

test("a server whose chunks are all different costs no more than reading them", () => {
  let reads = 0;
  const alike = new Alike((text) => {
    reads += 1;
    return plainly(text);
  });
  for (let at = 0; at < 100; at += 1) {
    alike.read(JSON.stringify(chunk({ content: "x" }, null, { obfuscation: `${at}` })), () => undefined);
  }
  assert.ok(reads < 110, `${reads}`);
});

test("when the rest changes, the new rest is learnt", () => {
  const texts = Array.from({ length: 60 }, (_, at) =>
    JSON.stringify(chunk({ content: `w${at}` }, null, { created: Math.floor(at / 10) })),
  );
  assert.ok(same(texts) <= 6);
});

test("what is no chunk throws as it does when it is read", () => {
  const alike = new Alike(plainly);
  alike.read(JSON.stringify(chunk({ content: "a" })), () => undefined);
  assert.throws(() => alike.read('{"choices', () => undefined), SyntaxError);
  assert.throws(() => alike.read("3", () => undefined), TypeError);
});
