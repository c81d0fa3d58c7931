/**
 * A page in a real browser that streams an answer from the gateway.
 *
 * The gateway answers pages of the sites that its configuration names, and no others (it asks nobody for a key, so that
 * any page its user opens could ask on their machine): where it names none, the page comes from a server that passes
 * `/v1` on, as a reverse proxy would.
 */

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import chromium from "@sparticuz/chromium";
import { build } from "esbuild";
import puppeteer, { type Browser } from "puppeteer-core";
import { gateway } from "./gateway.js";

const PROGRAM = `
import { AtomaSDKCore } from "atoma-sdk/core.js";
import { chatCreateStream } from "atoma-sdk/funcs/chatCreateStream.js";

globalThis.ask = async (serverURL, leave) => {
  const client = new AtomaSDKCore({ serverURL });
  const question = { model: "m", messages: [{ role: "user", content: "Count to twenty." }], maxTokens: leave ? 2000 : 24, temperature: 0 };
  const res = await chatCreateStream(client, question);
  if (!res.ok) {
    return { error: res.error.name, status: res.error.statusCode };
  }
  const pieces = [];
  for await (const { data } of res.value) {
    pieces.push(data.choices[0]?.delta.content ?? "");
    if (leave && pieces.length > 2) {
      break;
    }
  }
  return { pieces: pieces.length, text: pieces.join("") };
};
`;

async function page(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: process.cwd() },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  return `<!doctype html><title>test</title><script type="module">${outputFiles[0]?.text}</script>`;
}

/** Serves the page, and passes everything below `/v1` on to a gateway; `left` counts answers the page gave up. */
async function site(html: string, endpoint?: URL): Promise<{ url: string; left: () => number }> {
  let left = 0;
  const server: Server = createServer((incoming, response) => {
    if (endpoint === undefined || !incoming.url?.startsWith("/v1/")) {
      response.writeHead(200, { "content-type": "text/html" }).end(html);
      return;
    }
    const { method, headers } = incoming;
    const outgoing = request(new URL(incoming.url, endpoint), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    response.on("close", () => {
      if (!response.writableFinished) {
        left += 1;
        outgoing.destroy();
      }
    });
    incoming.pipe(outgoing);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, left: () => left };
}

/** A gateway whose configuration names a site. */
async function naming(origin: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dragoman-"));
  after(() => rm(folder, { recursive: true }));
  const file = join(folder, "dragoman.toml");
  await writeFile(file, `[server]\norigins = ["${origin}"]\n`);
  return gateway("--config", file);
}

async function browser(): Promise<Browser> {
  const started = await puppeteer.launch({
    // Its own list would switch off what keeps a page from another site's answers.
    args: chromium.args.filter((arg) => arg !== "--disable-web-security"),
    executablePath: await chromium.executablePath(),
    headless: "shell",
  });
  after(() => started.close());
  return started;
}

/** Opens a page; what it returns has the page ask. */
async function asking(chrome: Browser, url: string): Promise<(server: string, leave: boolean) => Promise<any>> {
  const tab = await chrome.newPage();
  await tab.goto(url);
  return (...of) => tab.evaluate((...given) => (globalThis as any).ask(...given), ...of);
}

const skip = process.platform === "linux" && process.arch === "x64" ? false : "npm has no Chromium for this machine";

test("a page streams an answer, leaves one early, and is told what fails", { skip }, async () => {
  const endpoint = new URL(await gateway());
  const [{ url, left }, chrome] = await Promise.all([page().then((html) => site(html, endpoint)), browser()]);
  const ask = await asking(chrome, url);

  const whole = await ask(url, false);
  assert.ok(whole.pieces > 2 && whole.text.length > 0, JSON.stringify(whole));
  assert.equal((await ask(url, true)).pieces, 3);
  while (left() === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.deepEqual(await ask("http://127.0.0.1:1", false), { error: "ConnectionError" });
  assert.deepEqual(await ask(endpoint.origin, false), { error: "ConnectionError" }, "another site's page");
});

test("a page of a site that the gateway names asks it, and is told what is wrong; one of another does not", {
  skip,
}, async () => {
  const html = await page();
  const [named, other, chrome] = await Promise.all([site(html), site(html), browser()]);
  const { origin } = new URL(await naming(named.url));

  const ask = await asking(chrome, named.url);
  const whole = await ask(origin, false);
  assert.ok(whole.pieces > 2 && whole.text.length > 0, JSON.stringify(whole));
  assert.deepEqual(await ask(`${origin}/nowhere`, false), { error: "APIError", status: 404 });
  const turnedAway = await asking(chrome, other.url);
  assert.deepEqual(await turnedAway(origin, false), { error: "ConnectionError" });
});
