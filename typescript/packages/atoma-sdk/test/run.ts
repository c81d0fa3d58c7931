/** Runs a program to its end, and says what it printed. */

import { spawn } from "node:child_process";

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs a program with variables beside those of the environment. */
export function run(
  command: string,
  args: string[],
  env: Record<string, string> = {},
  cwd = process.cwd(),
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const ended: Ended = { code: null, out: "", err: "" };
    child.stdout.on("data", (piece) => {
      ended.out += piece;
    });
    child.stderr.on("data", (piece) => {
      ended.err += piece;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ ...ended, code }));
  });
}
