// Writes the wire types from ../spec/openapi.json; `--check` compares instead. Touches files only.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const SPEC = new URL("../../spec/openapi.json", import.meta.url);
const TYPES = new URL("../packages/dragoman/src/wire.gen.ts", import.meta.url);
const HEAD = "// Written by `npm run generate` from spec/openapi.json: change that, not this.\n\n";

// Only what is asked and answered: which paths there are is the client's own to know.
const spec = { ...JSON.parse(await readFile(SPEC, "utf8")), paths: {} };
const tree = await openapiTS(spec, { alphabetize: false });
const text = HEAD + astToString(tree);
if (!process.argv.includes("--check")) {
  await writeFile(TYPES, text);
} else if ((await readFile(TYPES, "utf8")) !== text) {
  console.error("wire.gen.ts is not what spec/openapi.json says: commit what `npm run generate` writes");
  process.exitCode = 1;
}
