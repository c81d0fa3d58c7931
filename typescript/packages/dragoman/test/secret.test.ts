import assert from "node:assert/strict";
import { test } from "node:test";
import { isSecret, masked } from "dragoman";

test("a credential is masked wherever it stands, with and without its scheme", () => {
  assert.equal(
    masked("key sk-abcdef is unknown (sk-abcdef)", "Bearer sk-abcdef"),
    "key <redacted> is unknown (<redacted>)",
  );
  assert.equal(masked("key sk-abcdef", "sk-abcdef"), "key <redacted>");
});

test("there may be no credential, or one that is a placeholder", () => {
  assert.equal(masked("x marks", undefined), "x marks");
  assert.equal(masked("x marks", "Bearer x"), "x marks");
});

test("headers that hold credentials, and headers that do not", () => {
  for (const name of [
    "authorization",
    "Proxy-Authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "api-key",
    "x-auth-token",
  ]) {
    assert.ok(isSecret(name), name);
  }
  for (const name of ["content-type", "x-request-id", "user-agent"]) {
    assert.ok(!isSecret(name), name);
  }
});
