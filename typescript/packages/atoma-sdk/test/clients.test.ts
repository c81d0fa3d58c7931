/** Clients of other people for Node, in front of the gateway on the embedded model. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateObject, generateText, jsonSchema, streamText, tool } from "ai";
import OpenAI from "openai";
import { gateway } from "./gateway.js";

const baseURL = await gateway();
const HELLO = "What is the capital of France?";
const WEATHER = {
  type: "object",
  properties: { city: { type: "string", maxLength: 30 } },
  required: ["city"],
} as const;

const openai = new OpenAI({ baseURL, apiKey: "any", maxRetries: 0 });
const vercel = createOpenAICompatible({ name: "dragoman", baseURL, supportsStructuredOutputs: true })("any");

test("openai: an answer, its usage, and a stream", async () => {
  const asked = {
    model: "m",
    messages: [{ role: "user" as const, content: HELLO }],
    max_tokens: 8,
    temperature: 0,
  };
  const answer = await openai.chat.completions.create(asked);
  assert.match(answer.choices[0]?.message.content ?? "", /Paris/);
  assert.ok((answer.usage?.completion_tokens ?? 0) > 0);

  let text = "";
  for await (const chunk of await openai.chat.completions.create({ ...asked, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? "";
  }
  assert.equal(text, answer.choices[0]?.message.content);
});

test("openai: a tool, a form, and an error of its own class", async () => {
  const answer = await openai.chat.completions.create({
    model: "m",
    messages: [{ role: "user", content: "What is the weather in Paris?" }],
    tools: [{ type: "function", function: { name: "get_weather", parameters: { ...WEATHER } } }],
    tool_choice: "required",
  });
  const call = answer.choices[0]?.message.tool_calls?.[0];
  assert.ok(call?.type === "function" && "city" in JSON.parse(call.function.arguments));

  const wrong = openai.chat.completions.create({ model: "m", messages: [{ role: "user", content: "x" }], n: 0 });
  await assert.rejects(wrong, (error) => error instanceof OpenAI.BadRequestError && error.param === "n");
});

test("Vercel's AI SDK: an answer, a stream, a tool and an object", async () => {
  const answer = await generateText({ model: vercel, prompt: HELLO, maxOutputTokens: 8, temperature: 0 });
  assert.match(answer.text, /Paris/);

  const stream = streamText({ model: vercel, prompt: HELLO, maxOutputTokens: 8, temperature: 0 });
  let text = "";
  for await (const piece of stream.textStream) {
    text += piece;
  }
  assert.match(text, /Paris/);

  const called = await generateText({
    model: vercel,
    prompt: "What is the weather in Paris?",
    tools: { get_weather: tool({ inputSchema: jsonSchema<{ city: string }>({ ...WEATHER }) }) },
    toolChoice: "required",
  });
  assert.equal(called.toolCalls[0]?.toolName, "get_weather");

  const { object } = await generateObject({ model: vercel, schema: jsonSchema({ ...WEATHER }), prompt: "A city." });
  assert.deepEqual(Object.keys(object as object), ["city"]);
});
