import assert from "node:assert/strict";
import { test } from "node:test";
import { findFault } from "dragoman";

test("an error in OpenAI's form, in Atoma's, as a bare text, and as no more than a mark", () => {
  const openai = { error: { message: "too long", type: "invalid_request_error", param: null, code: null } };
  const atoma = { error: { code: "AUTH_ERROR", message: "Authentication failed" } };
  for (const value of [openai, atoma, { error: "out of memory" }, { error: true, detail: "nothing left" }]) {
    assert.deepEqual(findFault(value), { status: undefined });
  }
});

test("the status an error claims, inside it or beside it, as a number or as text", () => {
  assert.equal(findFault({ error: { message: "x", code: 503 } })?.status, 503);
  assert.equal(findFault({ error: { message: "x", code: "429" } })?.status, 429);
  assert.equal(findFault({ status: 500, error: { message: "x" } })?.status, 500);
  assert.equal(findFault({ status: 500, error: { message: "x", status_code: 400 } })?.status, 400);
  assert.equal(findFault({ error: { message: "x", code: 200 } })?.status, undefined);
});

test("an answer is no fault, nor is one that says there was no error", () => {
  for (const value of [{ choices: [] }, { choices: [], error: null }, [], "error", 3, null]) {
    assert.equal(findFault(value), undefined);
  }
});
