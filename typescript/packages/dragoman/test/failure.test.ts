import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { failureOf } from "dragoman";

const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => assert.fail("nothing was thrown"),
    (error: unknown) => error,
  );

test("an aborted fetch, and one out of time", async () => {
  const url = "http://127.0.0.1:1";
  assert.equal(failureOf(await thrown(fetch(url, { signal: AbortSignal.abort() }))), "aborted");
  assert.equal(failureOf(new DOMException("over", "TimeoutError")), "timeout");
});

test("a connection that nobody accepts, and one that breaks before the answer", async () => {
  assert.equal(failureOf(await thrown(fetch("http://127.0.0.1:1"))), "connection");
  const server = createServer(({ socket }) => socket.destroy()).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  assert.equal(failureOf(await thrown(fetch(`http://127.0.0.1:${port}`, { method: "POST" }))), "connection");
  server.close();
});

test("the sentences of other runtimes", () => {
  const sentences = [
    "Failed to fetch",
    "Load failed",
    "NetworkError when attempting to fetch resource.",
    "network error",
    "terminated",
    "error sending request for url (http://127.0.0.1:1/)",
    "error reading a body from connection",
    "Unable to connect. Is the computer able to access the url?",
  ];
  assert.deepEqual(new Set(sentences.map((sentence) => failureOf(new TypeError(sentence)))), new Set(["connection"]));
  assert.equal(failureOf(Object.assign(new Error("closed"), { code: "ConnectionClosed" })), "connection");
});

test("a mistake in a program is none of these, nor is a thing that is no error", () => {
  for (const value of [new TypeError("x is not a function"), "fetch failed", null, undefined, 3]) {
    assert.equal(failureOf(value), "unexpected");
  }
});
