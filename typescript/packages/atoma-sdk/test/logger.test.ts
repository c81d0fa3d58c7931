import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { AtomaSDK } from "atoma-sdk";
import type { Logger } from "atoma-sdk/lib/logger.js";
import { ASK, COMPLETION, events, json, STREAM, scripted } from "./scripted.js";

function notebook() {
  const lines: string[] = [];
  let depth = 0;
  const write = (words: unknown[]) =>
    lines.push(
      "  ".repeat(depth) + words.map((word) => (typeof word === "object" ? JSON.stringify(word) : word)).join(" "),
    );
  const logger: Logger = {
    group: (label = "") => {
      write([label]);
      depth += 1;
    },
    groupEnd: () => {
      depth -= 1;
    },
    log: (...words) => write(words),
  };
  return { lines, logger };
}

afterEach(() => {
  delete process.env["ATOMASDK_DEBUG"];
  mock.restoreAll();
});

test("a call is written down: both messages, without what is secret", async (t) => {
  const { url: serverURL } = await scripted(
    t,
    json({ ...COMPLETION, echo: "sk-secret-1" }, 200, { "set-cookie": "id=sk-secret-2" }),
  );
  const { lines, logger } = notebook();
  await new AtomaSDK({ serverURL, bearerAuth: "sk-secret-1", debugLogger: logger }).chat.create(ASK, {
    fetchOptions: { headers: { "x-api-key": "sk-secret-3" } },
  });
  assert.equal(lines[0], `> Request: POST ${serverURL}/v1/chat/completions`);
  for (const line of [
    "    authorization: <redacted>",
    "    x-api-key: <redacted>",
    "    set-cookie: <redacted>",
    "  Status Code: 200 OK",
  ]) {
    assert.ok(lines.includes(line), line);
  }
  assert.ok(
    lines.some((line) => line.includes('"content":"Who?"')) && lines.some((line) => line.includes('"content":"Monet"')),
  );
  assert.ok(!lines.join("\n").includes("sk-secret"));
});

test("a stream is read by its caller, not by the log", async (t) => {
  const { url: serverURL } = await scripted(t, events(STREAM));
  const { lines, logger } = notebook();
  let chunks = 0;
  for await (const _ of await new AtomaSDK({ serverURL, debugLogger: logger }).chat.createStream(ASK)) {
    chunks += 1;
  }
  assert.equal(chunks, 3);
  assert.ok(lines.includes("    <text/event-stream>"));
});

test("a body that is not what it says does not disturb the call", async (t) => {
  const { url: serverURL } = await scripted(t, (response) => {
    response.writeHead(500, { "content-type": "application/json" }).end("<html>");
  });
  const { lines, logger } = notebook();
  await assert.rejects(new AtomaSDK({ serverURL, debugLogger: logger }).chat.create(ASK), /Status 500/);
  assert.ok(lines.some((line) => line.includes("cannot be shown")));
});

test("ATOMASDK_DEBUG writes to the console", async (t) => {
  const { url: serverURL } = await scripted(t, json(COMPLETION));
  const group = mock.method(console, "group", () => undefined);
  mock.method(console, "groupEnd", () => undefined);
  mock.method(console, "log", () => undefined);
  await new AtomaSDK({ serverURL }).chat.create(ASK);
  assert.equal(group.mock.callCount(), 0);
  process.env["ATOMASDK_DEBUG"] = "true";
  await new AtomaSDK({ serverURL }).chat.create(ASK);
  assert.ok(group.mock.callCount() > 0);
});
