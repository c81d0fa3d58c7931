import assert from "node:assert/strict";
import { test } from "node:test";
import { type Meaning, Stream } from "dragoman";

const NUMBERS: Meaning<number> = {
  read: ({ data }, cut) => {
    if (data === "skip") {
      return undefined;
    }
    const number = Number(data);
    if (Number.isNaN(number)) {
      throw new Error(`${cut ? "cut in" : "no number:"} ${data}`);
    }
    return number;
  },
  early: () => undefined,
  broke: (cause) => new Error("broke", { cause }),
};

/** A body that a test writes to, and that says whether it was cancelled. */
function body() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel: () => {
      cancelled = true;
    },
  });
  const send = (text: string) => controller.enqueue(new TextEncoder().encode(text));
  return {
    stream,
    send,
    close: () => controller.close(),
    fail: (error: Error) => controller.error(error),
    cancelled: () => cancelled,
  };
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of stream) {
    values.push(value);
  }
  return values;
}

test("values arrive when their events do, not at the end", async () => {
  const server = body();
  const stream = new Stream(server.stream, NUMBERS);
  server.send("data: 1\n\n");
  assert.deepEqual(await stream.next(), { value: 1, done: false });
  const second = stream.next();
  server.send("data: 2\n\ndata: [DONE]\n\n");
  assert.deepEqual(await second, { value: 2, done: false });
  assert.deepEqual(await stream.next(), { value: undefined, done: true });
});

test("the mark ends it, whatever follows", async () => {
  const server = body();
  server.send("data: 1\n\ndata: [DONE]\n\ndata: 2\n\n");
  assert.deepEqual(await all(new Stream(server.stream, NUMBERS)), [1]);
});

test("after the mark nobody waits for the end of the body, and the end is let come", async () => {
  const server = body();
  server.send("data: [DONE]\n\n");
  assert.deepEqual(await all(new Stream(server.stream, NUMBERS)), []);
  server.close();
  await new Promise(setImmediate);
  assert.ok(!server.cancelled());
});

test("a server that goes on after the mark is left", async () => {
  const server = body();
  server.send("data: [DONE]\n\n");
  await all(new Stream(server.stream, NUMBERS));
  server.send(": still here\n\n");
  await new Promise(setImmediate);
  assert.ok(server.cancelled());
});

test("a proper end is an end too, also right after the last line", async () => {
  for (const last of ["data: 2\n\n", "data: 2\n", "data: 2", "data: 2\n\ndata: [DONE]"]) {
    const server = body();
    server.send(`data: 1\n\n${last}`);
    server.close();
    assert.deepEqual(await all(new Stream(server.stream, NUMBERS)), [1, 2]);
  }
});

test("an end that is too early is thrown after what came before it", async () => {
  const server = body();
  server.send("data: 1\n\n");
  server.close();
  const stream = new Stream(server.stream, { ...NUMBERS, early: () => new Error("too early") });
  assert.deepEqual(await stream.next(), { value: 1, done: false });
  await assert.rejects(stream.next(), /too early/);
  assert.deepEqual(await stream.next(), { value: undefined, done: true });
});

test("whoever reads an event learns whether the body ended inside it", async () => {
  const server = body();
  server.send("data: ab");
  server.close();
  await assert.rejects(all(new Stream(server.stream, NUMBERS)), /cut in ab/);
});

test("a body that breaks off is thrown, once", async () => {
  const server = body();
  const cause = new Error("reset");
  server.fail(cause);
  const stream = new Stream(server.stream, NUMBERS);
  await assert.rejects(stream.next(), (error: Error) => error.message === "broke" && error.cause === cause);
  assert.deepEqual(await stream.next(), { value: undefined, done: true });
});

test("what an event throws ends the stream and cancels the body", async () => {
  const server = body();
  server.send("data: x\n\ndata: 1\n\n");
  const stream = new Stream(server.stream, NUMBERS);
  await assert.rejects(stream.next(), /no number: x/);
  assert.ok(server.cancelled());
  assert.deepEqual(await stream.next(), { value: undefined, done: true });
});

test("leaving early cancels the body, and a second loop finds nothing more", async () => {
  const server = body();
  server.send("data: 1\n\ndata: skip\n\ndata: 2\n\n");
  const stream = new Stream(server.stream, NUMBERS);
  for await (const value of stream) {
    assert.equal(value, 1);
    break;
  }
  assert.ok(server.cancelled());
  assert.deepEqual(await all(stream), []);
});

test("leaving while the next value is awaited ends the waiting", async () => {
  const server = body();
  const stream = new Stream(server.stream, NUMBERS);
  const waiting = stream.next();
  await stream.return();
  assert.deepEqual(await waiting, { value: undefined, done: true });
});

test("those who ask ahead are answered in the order of their questions", async () => {
  const server = body();
  const stream = new Stream(server.stream, NUMBERS);
  const asked = [stream.next(), stream.next(), stream.next()];
  server.send("data: 1\n\n");
  server.send("data: 2\n\n");
  server.close();
  assert.deepEqual(
    (await Promise.all(asked)).map(({ value }) => value),
    [1, 2, undefined],
  );
});
