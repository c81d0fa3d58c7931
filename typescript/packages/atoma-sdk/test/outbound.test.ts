import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf } from "atoma-sdk/lib/outbound.js";
import { SDKValidationError } from "atoma-sdk/models/errors";
import { ASK } from "./scripted.js";

const sent = (request: object, stream = false) => JSON.parse(bodyOf(request, stream));
const refused = (request: unknown) => {
  let caught: unknown;
  assert.throws(
    () => bodyOf(request as object, false),
    (error) => {
      caught = error;
      return error instanceof SDKValidationError;
    },
  );
  return caught as SDKValidationError;
};

test("stream says what was asked for, unless the request does", () => {
  assert.deepEqual(sent(ASK), { ...ASK, stream: false });
  assert.equal(sent(ASK, true).stream, true);
  assert.equal(sent({ ...ASK, stream: undefined }, true).stream, true);
  assert.equal(sent({ ...ASK, stream: true }).stream, true);
  assert.equal(sent({ ...ASK, stream: null }).stream, null);
});

test("null is sent, undefined is not", () => {
  const body = sent({ ...ASK, maxTokens: null, topP: undefined, toolChoice: null });
  assert.deepEqual([body.max_tokens, body.tool_choice, "top_p" in body], [null, null, false]);
});

test("own fields are renamed; what they hold is not", () => {
  const tools = [{ type: "function", function: { name: "f", parameters: { maxTokens: {} } } }];
  const body = sent({ ...ASK, tools, streamOptions: { includeUsage: true }, responseFormat: { toolChoice: 1 } }, true);
  assert.deepEqual(
    [body.tools, body.stream_options, body.response_format],
    [tools, { include_usage: true }, { toolChoice: 1 }],
  );
});

test("names nobody here knows are sent as they are, the wire's own too", () => {
  const { enableThinking, max_tokens } = sent({ ...ASK, enableThinking: true, max_tokens: 3 });
  assert.deepEqual([enableThinking, max_tokens], [true, 3]);
});

test("the caller's request is left as it is", () => {
  const request = Object.freeze({
    ...ASK,
    maxTokens: 1,
    messages: Object.freeze([Object.freeze({ role: "tool", toolCallId: "1", content: "" })]),
  });
  assert.equal(sent(request).messages[0].tool_call_id, "1");
  assert.ok("maxTokens" in request && "toolCallId" in (request.messages[0] ?? {}));
});

test("what is no request is refused, and all that is wrong is said", () => {
  const error = refused({
    model: 3,
    messages: [{ role: "user", content: 5 }, "hi", { content: "x" }],
    maxTokens: 1.5,
    stop: [1],
  });
  assert.equal(error.rawMessage, "Input validation failed");
  assert.deepEqual(error.pretty().split("\n"), [
    "Input validation failed",
    "  - model: a text is required, not 3",
    "  - maxTokens: a whole number, not 1.5",
    "  - stop: a text, or a list of texts, not a list",
    "  - messages[0].content: a text, a list of parts or null, not 5",
    "  - messages[1]: a message is an object, not a text",
    "  - messages[2].role: a text is required, not undefined",
  ]);
});

test("nothing, and something else, are no requests", () => {
  for (const value of [undefined, null, "hi", [], 3]) {
    assert.match(refused(value).message, /a request is an object/);
  }
  assert.match(refused({ model: "m" }).message, /messages: a list is required, not undefined/);
});

test("what people wrote stays out of the message", () => {
  const error = refused({ ...ASK, maxTokens: "a secret of mine" });
  assert.ok(!error.message.includes("secret"));
  assert.equal((error.rawValue as { maxTokens: string }).maxTokens, "a secret of mine");
});
