import assert from "node:assert/strict";
import { test } from "node:test";
import { exchange, type Rules } from "dragoman";

const BACKOFF = { initialInterval: 100, maxInterval: 1000, exponent: 2, maxElapsedTime: 10_000 };
const RULES: Rules = { backoff: BACKOFF, status: (status) => status === 503, connections: true };

/** Plays outcomes, one an attempt, on a clock that only pauses move; the pauses are what is returned beside. */
async function played(rules: Rules, ...outcomes: Array<Response | Error>) {
  const pauses: number[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    chance: () => 0,
    sleep: async (ms: number) => {
      pauses.push(ms);
      now += ms;
    },
  };
  const send = async () => {
    const outcome = outcomes.shift();
    if (outcome instanceof Response) {
      return outcome;
    }
    throw outcome ?? new Error("asked once more than expected");
  };
  const end = await exchange(send, rules, clock).catch((error: unknown) => error);
  return { end: end instanceof Response ? end.status : end, pauses, left: outcomes.length };
}

const status = (code: number, headers = {}) => new Response("no", { status: code, headers });
const refused = new TypeError("fetch failed");

test("an answer that may come out better is asked for again, until it does", async () => {
  const { end, pauses } = await played(RULES, status(503), refused, status(200));
  assert.deepEqual([end, pauses], [200, [100, 200]]);
});

test("without a backoff there is one attempt", async () => {
  assert.deepEqual(await played({ ...RULES, backoff: undefined }, status(503), status(200)), {
    end: 503,
    pauses: [],
    left: 1,
  });
});

test("other statuses, and other failures, are final", async () => {
  assert.equal((await played(RULES, status(400), status(200))).end, 400);
  const mistake = new TypeError("x is not a function");
  assert.equal((await played(RULES, mistake, status(200))).end, mistake);
});

test("a failed connection is tried again only where that is wanted", async () => {
  assert.equal((await played({ ...RULES, connections: false }, refused, status(200))).end, refused);
});

test("the server's own pause is kept; one longer than the time there is ends the call at once", async () => {
  assert.deepEqual((await played(RULES, status(503, { "retry-after": "4" }), status(200))).pauses, [4000]);
  const { end, pauses, left } = await played(RULES, status(503, { "retry-after": "60" }), status(200));
  assert.deepEqual([end, pauses, left], [503, [], 1]);
});

test("when the time is over, the last answer or the last error is what comes of it", async () => {
  const rules = { ...RULES, backoff: { ...BACKOFF, maxElapsedTime: 250 } };
  assert.equal((await played(rules, status(503), status(503), status(503))).end, 503);
  assert.equal((await played(rules, refused, refused, refused)).end, refused);
});

test("an answer that is given up is not left open", async () => {
  let cancelled = false;
  const body = new ReadableStream({
    cancel: () => {
      cancelled = true;
    },
  });
  await played(RULES, new Response(body, { status: 503 }), status(200));
  assert.ok(cancelled);
});

test("a signal ends the pause between two attempts", async () => {
  const giving = new AbortController();
  const send = async () => {
    setImmediate(() => giving.abort(new Error("enough")));
    return status(503, { "retry-after": "5" });
  };
  await assert.rejects(exchange(send, { ...RULES, signal: giving.signal }), /enough/);
});
