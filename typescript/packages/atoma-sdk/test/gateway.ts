/** The gateway of this repository in front of the embedded model, for the time of a test file. */

import { spawn } from "node:child_process";
import { after } from "node:test";

/** Starts it, with further options; its address is the endpoint's, up to `/chat/completions`. */
export async function gateway(...options: string[]): Promise<string> {
  const python = process.env["DRAGOMAN_PYTHON"];
  const [command, ...first] = python ? [python, "-m", "dragoman.cli"] : ["../.venv/bin/dragoman"];
  const server = spawn(command as string, [...first, "serve", "--port", "0", "--drain", "1", ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => server.once("close", () => resolve()));
  after(async () => {
    server.kill();
    await ended;
  });
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (piece: Buffer) => {
      said += piece;
      const found = /listens at (\S+)/.exec(said);
      if (found?.[1]) {
        resolve(found[1]);
      }
    };
    server.stdout.on("data", listen);
    server.stderr.on("data", listen);
    server.once("error", reject);
    server.once("close", (code) => reject(new Error(`the gateway ended with ${code}: ${said}`)));
  });
}
