// CPU time of a client's own process, against the published packages on one server in one run. Prints a table, which
// `npm run bench -- --write` also puts into the package's README.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sizes } from "../scripts/size.js";

const CHUNKS = 5000;
const STACKS = ["fetch", "atoma-sdk", "atoma-sdk-original", "openai"];
const rounds = Number(process.env.ROUNDS ?? 5);
const path = (name) => fileURLToPath(new URL(name, import.meta.url));

const server = spawn(process.execPath, [path("server.js"), `${CHUNKS}`], { stdio: ["ignore", "pipe", "inherit"] });
const port = await new Promise((resolve) => server.stdout.once("data", (data) => resolve(`${data}`.trim())));

// Rounds, not stacks, are the outer loop, so that a noisy minute is everyone's.
const measured = Object.fromEntries(STACKS.map((stack) => [stack, []]));
try {
  for (let round = 0; round < rounds; round += 1) {
    for (const stack of STACKS) {
      const { stdout, stderr, status } = spawnSync(process.execPath, [path("job.js"), stack, port, `${CHUNKS}`]);
      if (status !== 0) {
        throw new Error(`${stack}: ${stderr}`);
      }
      measured[stack].push(JSON.parse(`${stdout}`));
    }
  }
} finally {
  server.kill();
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const of = (stack, what) => median(measured[stack].map((result) => result[what]));
const WHAT = { create: "µs of CPU per create", chunk: "µs of CPU per chunk", large: "ms of CPU per event of 5 MB" };

const row = (...cells) => `| ${cells.join(" | ")} |`;
const table = [row("", ...STACKS), row("---", ...STACKS.map(() => "---:"))];
for (const [what, words] of Object.entries(WHAT)) {
  const ours = of("atoma-sdk", what);
  const cells = STACKS.map((stack) => {
    const value = of(stack, what);
    return stack === "atoma-sdk" ? value.toFixed(2) : `${value.toFixed(2)} (×${(value / ours).toFixed(1)})`;
  });
  table.push(row(words, ...cells));
}
table.push(row("chunks lost of a stream", ...STACKS.map((stack) => of(stack, "lost"))));
const { ours, original } = await sizes();
table.push(row("bytes of one function", "", ours, `${original} (×${(original / ours).toFixed(1)})`, ""));

const day = new Date().toISOString().slice(0, 10);
const how = `Median of ${rounds} rounds on ${day}, Node ${process.version}, ${CHUNKS} chunks a stream; \`npm run bench\`.`;
const told = `${how}\n\n${table.join("\n")}`;
console.log(told);
if (process.argv.includes("--write")) {
  const page = path("../packages/atoma-sdk/README.md");
  const between = /(?<=<!-- bench -->\n\n).*?(?=\n\n<!-- \/bench -->)/s;
  writeFileSync(page, readFileSync(page, "utf8").replace(between, told));
}
