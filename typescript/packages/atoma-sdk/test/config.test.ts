import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { AtomaSDK, SDK_METADATA, ServerList, serverURLFromOptions } from "atoma-sdk";
import { AtomaSDKCore } from "atoma-sdk/core.js";
import { chatCreate } from "atoma-sdk/funcs/chatCreate.js";
import { ASK, COMPLETION, json, scripted, thrown } from "./scripted.js";

const VARIABLES = ["ATOMASDK_BEARER_AUTH", "ATOMASDK_DEBUG", "DRAGOMAN_API_KEY", "DRAGOMAN_BASE_URL"];
afterEach(() => {
  for (const name of VARIABLES) {
    delete process.env[name];
  }
});

test("without options there is the first server, and every option may be undefined", () => {
  assert.equal(serverURLFromOptions({}).href, `${ServerList[0]}/`);
  assert.ok(new AtomaSDK({ bearerAuth: undefined, serverURL: undefined, timeoutMs: undefined, httpClient: undefined }));
  assert.match(SDK_METADATA.userAgent, /atoma-sdk/);
});

test("a server that is none is refused when the client is made", () => {
  assert.throws(() => new AtomaSDK({ serverIdx: 1 }), /Invalid server index 1/);
  assert.throws(() => new AtomaSDK({ serverURL: "nowhere" }), TypeError);
});

test("an address with a password in it is refused, and not shown", () => {
  const made = () => new AtomaSDK({ serverURL: "http://me:hunter2@host" });
  assert.throws(
    made,
    (error: Error) => /holds a user or a password/.test(error.message) && !/hunter2/.test(error.message),
  );
});

test("the address keeps its path", async (t) => {
  const { url, seen } = await scripted(t, json(COMPLETION));
  for (const path of ["", "/", "/pre", "/pre/"]) {
    await new AtomaSDK({ serverURL: url + path }).chat.create(ASK);
  }
  assert.deepEqual(
    seen.map(({ path }) => path),
    ["/v1/chat/completions", "/v1/chat/completions", "/pre/v1/chat/completions", "/pre/v1/chat/completions"],
  );
});

test("DRAGOMAN_BASE_URL names an endpoint for every client that names none", async (t) => {
  const { url, seen } = await scripted(t, json(COMPLETION));
  for (const base of ["/v1", "/v1/", "/openai"]) {
    process.env["DRAGOMAN_BASE_URL"] = url + base;
    await new AtomaSDK().chat.create(ASK);
  }
  await new AtomaSDK({ serverURL: `${url}/mine` }).chat.create(ASK);
  assert.equal(new AtomaSDK({ serverIdx: 0 })._baseURL?.href, `${ServerList[0]}/`);
  assert.deepEqual(
    seen.map(({ path }) => path),
    ["/v1/chat/completions", "/v1/chat/completions", "/openai/chat/completions", "/mine/v1/chat/completions"],
  );
});

test("the vendor's credential stays with the vendor, and that of DRAGOMAN_BASE_URL with its endpoint", async (t) => {
  const { url, seen } = await scripted(t, json(COMPLETION));
  process.env["ATOMASDK_BEARER_AUTH"] = "sk-vendor";
  process.env["DRAGOMAN_BASE_URL"] = `${url}/v1`;
  await new AtomaSDK().chat.create(ASK);
  process.env["DRAGOMAN_API_KEY"] = "dg-gateway";
  for (const bearerAuth of [undefined, "", async () => " ", "sk-given"]) {
    await new AtomaSDK({ bearerAuth }).chat.create(ASK);
  }
  await new AtomaSDK({ serverURL: url, bearerAuth: "" }).chat.create(ASK);
  assert.deepEqual(
    seen.map(({ headers }) => headers.authorization),
    [undefined, "Bearer dg-gateway", "Bearer dg-gateway", "Bearer dg-gateway", "Bearer sk-given", undefined],
  );
});

test("the credential: given, from a function at each call, from the environment, or none", async (t) => {
  const { url: serverURL, seen } = await scripted(t, json(COMPLETION));
  let count = 0;
  const given = ["sk-1", "Bearer sk-2", "bearer sk-3", " ", "", async () => `sk-${++count}`] as const;
  for (const bearerAuth of given) {
    await new AtomaSDK({ serverURL, bearerAuth }).chat.create(ASK);
  }
  process.env["ATOMASDK_BEARER_AUTH"] = "sk-env";
  await new AtomaSDK({ serverURL }).chat.create(ASK);
  await new AtomaSDK({ serverURL, bearerAuth: "" }).chat.create(ASK);
  assert.deepEqual(
    seen.map(({ headers }) => headers.authorization),
    ["Bearer sk-1", "Bearer sk-2", "bearer sk-3", undefined, undefined, "Bearer sk-1", "Bearer sk-env", undefined],
  );
});

test("one client serves both kinds of function, and has one chat", async (t) => {
  const { url: serverURL, seen } = await scripted(t, json(COMPLETION));
  const client = new AtomaSDK({ serverURL });
  assert.equal(client.chat, client.chat);
  assert.ok((await chatCreate(client, ASK)).ok);
  assert.ok((await chatCreate(new AtomaSDKCore({ serverURL }), ASK)).ok);
  assert.equal(seen.length, 2);
});

test("the server of one call beats the client's", async (t) => {
  const { url, seen } = await scripted(t, json(COMPLETION));
  const client = new AtomaSDK({ serverURL: "http://127.0.0.1:1" });
  await client.chat.create(ASK, { serverURL: url });
  await client.chat.create(ASK, { serverURL: new URL(`${url}/pre`) });
  assert.equal((await thrown(client.chat.create(ASK))).name, "ConnectionError");
  assert.deepEqual(
    seen.map(({ path }) => path),
    ["/v1/chat/completions", "/pre/v1/chat/completions"],
  );
});
