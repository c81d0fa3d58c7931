import assert from "node:assert/strict";
import { test } from "node:test";
import { askedPause, BACKOFF, pause } from "dragoman";

const BRIEF = { initialInterval: 100, maxInterval: 350, exponent: 2, maxElapsedTime: 10_000 };
const NOW = Date.UTC(2026, 0, 1);
const asked = (headers: Record<string, string>) => askedPause(new Headers(headers), NOW);

test("intervals grow by the exponent, up to the longest", () => {
  const waits = [1, 2, 3, 4].map((attempt) => pause(BRIEF, attempt, 0, undefined, 0));
  assert.deepEqual(waits, [100, 200, 350, 350]);
});

test("chance takes up to a quarter off", () => {
  assert.equal(pause(BRIEF, 1, 0, undefined, 1), 75);
});

test("what the server asks is waited in full, beyond the longest interval too", () => {
  assert.equal(pause(BRIEF, 1, 0, 5000, 1), 5000);
  assert.equal(pause(BRIEF, 1, 0, 0, 0), 0);
});

test("there is no further attempt that would begin after the time for all", () => {
  assert.equal(pause(BRIEF, 1, 9_950, undefined, 0), undefined);
  assert.equal(pause(BRIEF, 1, 0, 10_001, 0), undefined);
  assert.equal(pause({ ...BACKOFF, maxElapsedTime: 0 }, 1, 1, undefined, 0), undefined);
});

test("a server says how long in seconds, in a date, or in milliseconds", () => {
  assert.equal(asked({ "retry-after": "3" }), 3000);
  assert.equal(asked({ "retry-after": "0.5" }), 500);
  assert.equal(asked({ "retry-after": "Thu, 01 Jan 2026 00:00:07 GMT" }), 7000);
  assert.equal(asked({ "retry-after": "Wed, 31 Dec 2025 00:00:00 GMT" }), 0);
  assert.equal(asked({ "retry-after-ms": "250", "retry-after": "3" }), 250);
});

test("what has no form anyone defined says nothing", () => {
  for (const text of ["", "soon", "-1", "1e3", "3 seconds", "2026-01-01"]) {
    assert.equal(asked({ "retry-after": text }), undefined, text);
  }
});
