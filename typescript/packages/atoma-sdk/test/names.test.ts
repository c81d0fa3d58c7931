import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FROM_WIRE, renamed, TO_WIRE } from "atoma-sdk/lib/names.js";

const OBJECTS = [
  "ChatRequest",
  "StreamOptions",
  "AssistantMessage",
  "ToolMessage",
  "UserMessage",
  "Completion",
  "Choice",
  "Message",
  "Chunk",
  "ChunkChoice",
  "Delta",
  "Usage",
  "CompletionTokensDetails",
  "PromptTokensDetails",
];

test("every name of the wire's own objects is known, and no other", () => {
  const { schemas } = JSON.parse(readFileSync("../spec/openapi.json", "utf8")).components;
  const names = OBJECTS.flatMap((object) => Object.keys(schemas[object].properties)).filter((name) =>
    name.includes("_"),
  );
  assert.deepEqual([...FROM_WIRE.keys()].sort(), [...new Set(names)].sort());
});

test("both directions undo each other", () => {
  const wire = { max_tokens: 1, top_p: 2, own_field: 3 };
  assert.deepEqual(renamed(wire, FROM_WIRE), { maxTokens: 1, topP: 2, own_field: 3 });
  assert.deepEqual(renamed(renamed(wire, FROM_WIRE), TO_WIRE), wire);
});

test("an object without such names is given back itself, any other is left as it is", () => {
  const plain = { role: "user" };
  assert.equal(renamed(plain, FROM_WIRE), plain);
  const wire = { top_p: 1 };
  renamed(wire, FROM_WIRE);
  assert.deepEqual(wire, { top_p: 1 });
});
