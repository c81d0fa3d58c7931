/** What the README says: its examples run, its table is tested. */

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { gateway } from "./gateway.js";
import { run } from "./run.js";
import { COMPLETION, events, json, type Script, STREAM, scripted } from "./scripted.js";

const README = readFileSync("packages/atoma-sdk/README.md", "utf8");
const EXAMPLES = [...README.matchAll(/^```(typescript|javascript)\n(.*?)^```$/gms)].map(([, language, code]) => ({
  kind: language === "typescript" ? "mjs" : "cjs",
  code: code ?? "",
}));
const FOLDER = "build/readme";

function written(name: string, code: string): string {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/${name}`, code);
  return `${FOLDER}/${name}`;
}

const answer: Script = (response, seen, number) =>
  (seen.body.stream === true ? events(STREAM) : json(COMPLETION))(response, seen, number);

test("there is an example of each way to ask", () => {
  const ways = ["chat.create(", "chatCreate(", "chat.createStream(", "chatCreateStream(", "require("];
  assert.deepEqual(
    ways.filter((way) => !EXAMPLES.some(({ code }) => code.includes(way))),
    [],
  );
});

for (const [at, { kind, code }] of EXAMPLES.entries()) {
  test(`example ${at + 1} runs as it is written`, async (t) => {
    const server = await scripted(t, answer);
    const {
      code: status,
      out,
      err,
    } = await run(process.execPath, [written(`scripted-${at}.${kind}`, code)], {
      DRAGOMAN_BASE_URL: `${server.url}/v1`,
    });
    assert.equal(status, 0, err);
    assert.match(out, /chatcmpl-1|id: 'c'|Mo/);
    assert.equal(server.seen[0]?.path, "/v1/chat/completions");
  });
}

describe("in front of the embedded model", async () => {
  const url = await gateway();
  for (const [at, { kind, code }] of EXAMPLES.entries()) {
    test(`example ${at + 1} gets an answer`, async () => {
      const file = written(`gateway-${at}.${kind}`, code);
      const { code: status, out, err } = await run(process.execPath, [file], { DRAGOMAN_BASE_URL: url });
      assert.equal(status, 0, err);
      assert.ok(out.trim().length > 0);
    });
  }
});

test("each example is accepted by TypeScript as node16, nodenext and bundler resolve it", async () => {
  rmSync("build/types", { recursive: true, force: true });
  mkdirSync("build/types", { recursive: true });
  const examples = EXAMPLES.filter(({ kind }) => kind === "mjs");
  for (const [at, { code }] of examples.entries()) {
    // A file without imports of its own is a script to TypeScript, and scripts share their names.
    writeFileSync(`build/types/example-${at}.mts`, code);
  }
  writeFileSync(
    "build/types/required.cts",
    'import { AtomaSDK } from "atoma-sdk";\nimport { APIError } from "atoma-sdk/models/errors";\nexport const made: [AtomaSDK, typeof APIError] = [new AtomaSDK(), APIError];\n',
  );
  const modules = { node16: "node16", nodenext: "nodenext", bundler: "esnext" };
  for (const [moduleResolution, module] of Object.entries(modules)) {
    const options = {
      module,
      moduleResolution,
      target: "es2022",
      lib: ["es2022"],
      types: ["node"],
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
    };
    // Only a bundler resolves `import` in a .cts file as the CommonJS it is not.
    const include = moduleResolution === "bundler" ? ["*.mts"] : ["*.mts", "*.cts"];
    writeFileSync("build/types/tsconfig.json", JSON.stringify({ compilerOptions: options, include }));
    const { code, out } = await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "build/types"]);
    assert.equal(code, 0, `${moduleResolution}: ${out}`);
  }
});

test("each row of the table is a test, and each difference that is tested is a row", () => {
  const rows = [...README.matchAll(/^\|(?:[^|]+\|){3} ([^|]+) \|$/gm)]
    .map(([, name]) => name?.trim() ?? "")
    .filter((name) => !/^(test|-+)$/.test(name));
  const source = readFileSync("packages/atoma-sdk/test/differential.test.ts", "utf8");
  const tests = [...source.matchAll(/^test\("(.*?)", /gm)]
    .map(([, name]) => name)
    .filter((name) => !name?.startsWith("same: "));
  assert.deepEqual(rows, tests);
});
