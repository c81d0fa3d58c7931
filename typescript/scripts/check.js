// Everything that has to hold beside the tests: format, lint, types, generated types, packages, size.
import { spawnSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BIN = "node_modules/.bin";

function run(title, command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: "utf8" });
  const passed = status === 0;
  console.log(`${passed ? "ok    " : "FAILED"} ${title}${passed && title === "size" ? `: ${stdout.trim()}` : ""}`);
  if (!passed) {
    console.error(stdout, stderr);
    process.exitCode = 1;
  }
}

/** The paths a program may import, as the package's own files say. */
async function entrypoints(name) {
  const files = await readdir(`${ROOT}/packages/${name}/dist/esm`, { recursive: true });
  return files.filter((file) => file.endsWith(".js")).sort();
}

run("format and lint", `${BIN}/biome`, "check", "--error-on-warnings", ".");
run("wire types", process.execPath, "scripts/generate.js", "--check");
run("build", process.execPath, "scripts/build.js");
run("types of the tests", `${BIN}/tsc`, "-p", "tsconfig.test.json", "--noEmit");
for (const name of ["dragoman", "atoma-sdk"]) {
  const extra = name === "atoma-sdk" ? ["--include-entrypoints", ...(await entrypoints(name))] : [];
  run(`publint ${name}`, `${BIN}/publint`, "--strict", `packages/${name}`);
  // Every way to resolve, Node 10's as well: it is TypeScript's own default where modules are CommonJS.
  run(`attw ${name}`, `${BIN}/attw`, "--pack", `packages/${name}`, "--profile", "strict", ...extra);
}
run("size", process.execPath, "scripts/size.js");
