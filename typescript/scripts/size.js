// What one standalone function weighs in a page: bundled, minified, compressed; ours against the published package's.
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** The most that ours may weigh, as a part of the original's. */
const MOST = 1 / 3;
// The originals' addon is for other functions of theirs, and cannot be bundled.
const PACKAGES = { ours: "atoma-sdk", original: "atoma-sdk-original" };

export async function sizes() {
  const entries = Object.entries(PACKAGES).map(async ([name, folder]) => {
    const contents = `
      import { AtomaSDKCore } from "${folder}/core.js";
      import { chatCreateStream } from "${folder}/funcs/chatCreateStream.js";
      globalThis.ask = (request) => chatCreateStream(new AtomaSDKCore(), request);
    `;
    const stdin = { contents, resolveDir: process.cwd() };
    const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: "esm", write: false });
    return [name, gzipSync(outputFiles[0].contents, { level: 9 }).length];
  });
  return Object.fromEntries(await Promise.all(entries));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { ours, original } = await sizes();
  console.log(
    `one standalone function: ${ours} bytes, the original's ${original} (${(original / ours).toFixed(1)} times)`,
  );
  if (ours > original * MOST) {
    console.error(`it is to weigh at most ${Math.round(original * MOST)}`);
    process.exitCode = 1;
  }
}
