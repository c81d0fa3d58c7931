// Builds each package twice, as ES modules and as CommonJS, with the types of each. Touches files only.
//
// One set of sources serves both: to TypeScript the nearest package.json says which kind a file is, so each build
// compiles a copy that has its own beside it.
import { spawnSync } from "node:child_process";
import { cp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TSC = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
const KINDS = { esm: "module", cjs: "commonjs" };

// In the order in which they need each other's types.
for (const name of ["dragoman", "atoma-sdk"]) {
  const folder = join(ROOT, "packages", name);
  await rm(join(folder, "dist"), { recursive: true, force: true });
  for (const [kind, type] of Object.entries(KINDS)) {
    await compile(join(folder, "src"), join(ROOT, "build", kind, name), join(folder, "dist", kind), type);
  }
}

async function compile(source, copy, out, type) {
  await rm(copy, { recursive: true, force: true });
  await cp(source, copy, { recursive: true });
  const compilerOptions = { rootDir: ".", outDir: out };
  await writeFile(join(copy, "package.json"), JSON.stringify({ type }));
  await writeFile(
    join(copy, "tsconfig.json"),
    JSON.stringify({ extends: join(ROOT, "tsconfig.json"), compilerOptions, include: ["**/*.ts"] }),
  );
  const { status } = spawnSync(process.execPath, [TSC, "-p", copy], { stdio: "inherit" });
  if (status !== 0) {
    process.exit(1);
  }
  await writeFile(join(out, "package.json"), `${JSON.stringify({ type, sideEffects: false })}\n`);
}
