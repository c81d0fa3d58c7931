// Compiles the tests and runs them: all, or those whose file name holds one of the words given.
import { spawnSync } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUT = join(ROOT, "build", "test");
const TSC = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

const words = process.argv.slice(2);
await rm(OUT, { recursive: true, force: true });
run(join(ROOT, "scripts", "build.js"));
run(TSC, "-p", join(ROOT, "tsconfig.test.json"));
const files = (await readdir(OUT, { recursive: true }))
  .filter((file) => file.endsWith(".test.js"))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
run("--test", "--test-concurrency=2", "--test-timeout=90000", ...files.sort().map((file) => join(OUT, file)));
