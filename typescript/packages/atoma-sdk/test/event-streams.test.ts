import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { AtomaSDK } from "atoma-sdk";
import { EventStream, type ServerEvent } from "atoma-sdk/lib/event-streams.js";
import { ASK, chunk, drained, event, events, STREAM, scripted } from "./scripted.js";

test("a stream of one's own events: what the corpora of spec/sse mean", async () => {
  for (const name of readdirSync("../spec/sse").filter((file) => file.endsWith(".sse"))) {
    const meant = JSON.parse(readFileSync(`../spec/sse/${name.replace(/sse$/, "json")}`, "utf8"));
    const stream = new Blob([readFileSync(`../spec/sse/${name}`)]).stream();
    const decoder = ({ data, event, id }: ServerEvent<string>, cut: boolean) => (cut ? undefined : { data, event, id });
    const { values, error } = await drained(new EventStream({ stream, decoder }));
    assert.equal(error, undefined);
    const until = meant.events.findIndex(({ data }: { data: string }) => data.trim() === "[DONE]");
    const full = meant.events.map(({ data, event = "message", id = "" }: any) => ({ data, event, id }));
    assert.deepEqual(values, until < 0 ? full : full.slice(0, until), name);
  }
});

test("chunks arrive while the server is still writing", async (t) => {
  let go = () => {};
  const gone = new Promise<void>((resolve) => {
    go = resolve;
  });
  const { url: serverURL } = await scripted(t, async (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write(event(chunk({ content: "Mo" })));
    await gone;
    response.end(event(chunk({ content: "net" }, "stop")));
  });
  const said: unknown[] = [];
  for await (const { data } of await new AtomaSDK({ serverURL }).chat.createStream(ASK)) {
    said.push(data.choices[0]?.delta.content);
    go();
  }
  assert.deepEqual(said, ["Mo", "net"]);
});

test("a stream is for one pass", async (t) => {
  const { url: serverURL } = await scripted(t, events(STREAM));
  const stream = await new AtomaSDK({ serverURL }).chat.createStream(ASK);
  assert.equal((await drained(stream)).values.length, 3);
  assert.deepEqual(await drained(stream), { values: [], error: undefined });
});

test("after [DONE] the connection serves the next call", async (t) => {
  const { url: serverURL, seen } = await scripted(t, (response, one, number) => {
    ports.add(response.socket?.remotePort);
    return events(STREAM)(response, one, number);
  });
  const ports = new Set<number | undefined>();
  const { chat } = new AtomaSDK({ serverURL });
  for (let call = 0; call < 3; call += 1) {
    await drained(await chat.createStream(ASK));
    await new Promise(setImmediate);
  }
  assert.deepEqual([seen.length, ports.size], [3, 1]);
});

test("usage, several choices, and an end that each of them has", async (t) => {
  const choice = (index: number, finish: string | null) => ({
    choices: [{ index, delta: { content: "x" }, finish_reason: finish }],
  });
  const usage = { choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } };
  const text = [choice(0, null), choice(1, "stop"), choice(0, "length"), usage].map(event).join("");
  const { url: serverURL } = await scripted(t, (response, seen, number) =>
    events(number === 0 ? text : text.replace('"length"', "null"))(response, seen, number),
  );
  const { chat } = new AtomaSDK({ serverURL });
  const whole = await drained(await chat.createStream(ASK));
  assert.equal(whole.error, undefined);
  assert.deepEqual(whole.values.at(-1)?.data.usage, { promptTokens: 1, completionTokens: 2, totalTokens: 3 });
  assert.match((await drained(await chat.createStream(ASK))).error.message, /ended before the answer had finished/);
});

test("an error event is an error, whatever its data", async (t) => {
  for (const data of ["out of memory", '{"message":"out of memory"}', "{}"]) {
    const { url: serverURL } = await scripted(t, events(`event: error\ndata: ${data}\n\n`));
    const { error } = await drained(await new AtomaSDK({ serverURL }).chat.createStream(ASK));
    assert.deepEqual([error.name, error.body, error.statusCode], ["APIError", data, 200]);
  }
});
