/** Clients of other people for Node, in front of the gateway on the embedded model. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateObject, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
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
/** Its model of OpenAI's speaks Responses, and by itself refers to items of earlier answers. */
const responses = createOpenAI({ baseURL, apiKey: "any" })("any");
const providerOptions = { openai: { store: false } };

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

test("openai: a response, its stream, a tool, and an error of its own class", async () => {
  const asked = { model: "m", input: HELLO, max_output_tokens: 8, temperature: 0 };
  const response = await openai.responses.create(asked);
  assert.match(response.output_text, /Paris/);
  assert.ok((response.usage?.output_tokens ?? 0) > 0);

  const stream = openai.responses.stream(asked);
  let text = "";
  for await (const event of stream) {
    text += event.type === "response.output_text.delta" ? event.delta : "";
  }
  assert.equal(text, response.output_text);
  assert.equal((await stream.finalResponse()).output_text, text);

  const called = await openai.responses.create({
    model: "m",
    input: "What is the weather in Paris?",
    tools: [{ type: "function", name: "get_weather", parameters: { ...WEATHER }, strict: true }],
    tool_choice: "required",
  });
  const call = called.output[0];
  assert.ok(call?.type === "function_call" && "city" in JSON.parse(call.arguments));

  const wrong = openai.responses.create({ model: "m", input: "x", previous_response_id: "resp_1" });
  await assert.rejects(
    wrong,
    (error) => error instanceof OpenAI.BadRequestError && error.param === "previous_response_id",
  );
});

test("Vercel's AI SDK speaking Responses: an answer, a stream, a tool that is answered, and an object", async () => {
  const answer = await generateText({ model: responses, prompt: HELLO, maxOutputTokens: 16, temperature: 0 });
  assert.match(answer.text, /Paris/);
  assert.ok((answer.usage.outputTokens ?? 0) > 0);

  const stream = streamText({ model: responses, prompt: HELLO, maxOutputTokens: 16, temperature: 0 });
  let text = "";
  for await (const piece of stream.textStream) {
    text += piece;
  }
  assert.equal(text, answer.text);

  const answered = await generateText({
    model: responses,
    providerOptions,
    prompt: "What is the weather in Paris?",
    tools: {
      get_weather: tool({ inputSchema: jsonSchema<{ city: string }>({ ...WEATHER }), execute: () => "22 degrees" }),
    },
    prepareStep: ({ stepNumber }) => ({ toolChoice: stepNumber === 0 ? "required" : "none" }),
    stopWhen: stepCountIs(2),
    maxOutputTokens: 40,
  });
  assert.equal(answered.steps[0]?.toolResults[0]?.output, "22 degrees");
  assert.ok(answered.steps[1]?.text);

  const { object } = await generateObject({ model: responses, schema: jsonSchema({ ...WEATHER }), prompt: "A city." });
  assert.deepEqual(Object.keys(object as object), ["city"]);
});
