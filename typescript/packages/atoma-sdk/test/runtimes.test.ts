/** The same program in Node, Deno and Bun, in front of the embedded model and of a server that fails. */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { gateway } from "./gateway.js";
import { run } from "./run.js";
import { ASK, chunk, cut, event, type Script, scripted } from "./scripted.js";

const PROGRAM = `
import { AtomaSDK } from "atoma-sdk";

const atomaSDK = new AtomaSDK({ bearerAuth: "sk-secret-1" });
// Cold: at another temperature the model may have said all it wants to after a word.
const question = { ...${JSON.stringify(ASK)}, maxTokens: 8, temperature: 0 };
try {
  const { choices, usage } = await atomaSDK.chat.create(question);
  let chunks = 0;
  for await (const { data } of await atomaSDK.chat.createStream(question)) {
    chunks += data.choices.length;
  }
  console.log(JSON.stringify({ text: typeof choices[0].message.content, tokens: usage.completionTokens, chunks: chunks > 1 }));
} catch (error) {
  console.log(JSON.stringify({ error: error.name, status: error.statusCode }));
}
`;
const FILE = "build/runtimes/program.mjs";
mkdirSync("build/runtimes", { recursive: true });
writeFileSync(FILE, PROGRAM);

// npm puts the programs themselves here; its own starters want to be installed by a script first.
const DENO = "node_modules/@deno/linux-x64-glibc/deno";
const BUN = "node_modules/@oven/bun-linux-x64/bin/bun";
const RUNTIMES = {
  node: [process.execPath, FILE],
  deno: [DENO, "run", "--quiet", "--no-remote", "--allow-net=127.0.0.1", "--allow-env", "--allow-read", FILE],
  bun: [BUN, "run", FILE],
};

const url = await gateway();

for (const [name, [command = "", ...args]] of Object.entries(RUNTIMES)) {
  const skip = existsSync(command) ? false : `npm has no ${name} for this machine`;
  const said = async (base: string) => {
    const { out, err } = await run(command, args, { DRAGOMAN_BASE_URL: base });
    return JSON.parse(out || `"${err}"`);
  };

  test(`${name}: an answer and a stream`, { skip }, async () => {
    assert.deepEqual(await said(url), { text: "string", tokens: 8, chunks: true });
  });

  test(`${name}: nobody listens`, { skip }, async () => {
    assert.deepEqual(await said("http://127.0.0.1:1/v1"), { error: "ConnectionError" });
  });

  test(`${name}: the connection breaks off in an answer, and in a stream`, { skip }, async (t) => {
    const half: Script = (response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write("{", () => setTimeout(() => response.destroy(), 20));
    };
    const server = await scripted(t, half);
    assert.deepEqual(await said(`${server.url}/v1`), { error: "ConnectionError" });
    const whole: Script = (response, seen, number) =>
      seen.body.stream === true
        ? cut(event(chunk({ content: "Mo" })))(response, seen, number)
        : void response
            .writeHead(200, { "content-type": "application/json" })
            .end('{"choices":[{"message":{"content":""}}],"usage":{}}');
    const other = await scripted(t, whole);
    assert.deepEqual(await said(`${other.url}/v1`), { error: "APIError", status: 200 });
  });
}
