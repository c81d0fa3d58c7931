import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Decoder, type Event, EventTooLargeError, isDone } from "dragoman";

const CASES = "../spec/sse";

interface Case {
  why: string;
  events: Array<{ data: string; event?: string; id?: string }>;
  unfinished?: boolean;
  retry?: number;
}

function read(...pieces: Uint8Array[]) {
  const decoder = new Decoder();
  const events = pieces.flatMap((piece) => decoder.feed(piece));
  return { events, unfinished: decoder.unfinished, retry: decoder.retry };
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe("the corpora that every decoder of this repository is held to", () => {
  const names = readdirSync(CASES).filter((name) => name.endsWith(".json"));
  assert.ok(names.length > 30);
  for (const name of names) {
    const { why, events, unfinished = false, retry } = JSON.parse(readFileSync(`${CASES}/${name}`, "utf8")) as Case;
    const raw = new Uint8Array(readFileSync(`${CASES}/${name.replace(/json$/, "sse")}`));
    const full = events.map(({ data, event = "message", id = "" }) => ({ data, event, id }));
    const meant = { events: full, unfinished, retry };

    test(`${name}: ${why}`, () => {
      assert.deepEqual(read(raw), meant, "whole");
      assert.deepEqual(read(...Array.from(raw, (byte) => Uint8Array.of(byte))), meant, "byte by byte");
      for (let cut = 0; cut <= raw.length; cut += 1) {
        assert.deepEqual(read(raw.subarray(0, cut), raw.subarray(cut)), meant, `cut at ${cut}`);
      }
    });
  }
});

test("an event may be as large as a few megabytes, in pieces of any size", () => {
  const data = "x".repeat(5_000_000);
  const raw = bytes(`data: ${data}\n\n`);
  const pieces = Array.from({ length: Math.ceil(raw.length / 1000) }, (_, at) =>
    raw.subarray(at * 1000, at * 1000 + 1000),
  );
  assert.equal(read(...pieces).events[0]?.data, data);
});

test("an event larger than the bound is refused: one line without an end, and many lines without a blank one", () => {
  assert.throws(() => new Decoder(10).feed(bytes("data: xxxxxxxxxxxxx")), EventTooLargeError);
  const decoder = new Decoder(10);
  assert.throws(() => {
    for (;;) {
      decoder.feed(bytes("data: xxx\n"));
    }
  }, /one event is larger than 10 bytes/);
});

test("the bound is an event's: any number of small ones passes", () => {
  const decoder = new Decoder(10);
  const events: Event[] = [];
  for (let count = 0; count < 100; count += 1) {
    events.push(...decoder.feed(bytes("data: xx\n\nda")), ...decoder.feed(bytes("ta: yy\n\n")));
  }
  assert.equal(events.length, 200);
});

test("what an unfinished event would have been can be asked for at the end", () => {
  for (const text of ["data: a", "data: a\n", "data: a\r", "data: a\r\n"]) {
    const decoder = new Decoder();
    decoder.feed(bytes(text));
    assert.deepEqual(decoder.rest(), { data: "a", event: "message", id: "" });
    assert.equal(decoder.rest(), undefined);
  }
});

test("the mark that ends a stream may have blanks around it, and is nothing else", () => {
  assert.deepEqual(["[DONE]", " [DONE] ", '"[DONE]"', "", "[done]"].map(isDone), [true, true, false, false, false]);
});
