/** A server that does what a test says, and the chunks and answers tests say it with. */

import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** A request as it arrived. */
export interface Seen {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  body: any;
  /** When the client left before the answer was over. */
  left: Promise<void>;
}

/** What answers the request of a number, from 0. */
export type Script = (response: ServerResponse, seen: Seen, number: number) => void | Promise<void>;

/** Starts a server for the time of a test. */
export async function scripted(t: Pick<TestContext, "after">, script: Script) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const piece of request.setEncoding("utf8")) {
      text += piece;
    }
    const left = new Promise<void>((resolve) => {
      response.on("close", () => response.writableFinished || resolve());
    });
    const { method = "", url: path = "", headers } = request;
    const one = { method, path, headers, text, left, body: text === "" ? undefined : JSON.parse(text) };
    seen.push(one);
    await script(response, one, seen.length - 1);
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** A completion that says a word. */
export const COMPLETION = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_700_000_000,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "Monet" }, finish_reason: "stop", logprobs: null }],
  usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
  system_fingerprint: "fp",
};

/** A chunk that adds a delta. */
export function chunk(delta: object, finish: string | null = null, more: object = {}) {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return { id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices, ...more };
}

/** An event that carries a value. */
export const event = (value: unknown) => `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;

/** A whole stream: two deltas, a finish, and the mark. */
export const STREAM = [
  event(chunk({ role: "assistant", content: "Mo" })),
  event(chunk({ content: "net" })),
  event(chunk({}, "stop")),
  event("[DONE]"),
].join("");

/** Answers with JSON. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Script {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
  };
}

/** Answers with a text of events, and ends properly. */
export function events(text: string): Script {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).end(text);
  };
}

/** Answers with texts of events, each a read of its own, and ends properly. */
export function apart(...texts: string[]): Script {
  return async (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const text of texts) {
      response.write(text);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    response.end();
  };
}

/** Answers with a text of events, and breaks off. */
export function cut(text: string): Script {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(text, () => setTimeout(() => response.destroy(), 20));
  };
}

/** One answer after the other; the last one again and again. */
export function turns(...scripts: Script[]): Script {
  return (response, seen, number) => scripts[Math.min(number, scripts.length - 1)]?.(response, seen, number);
}

/** A request. */
export const ASK = { model: "m", messages: [{ role: "user", content: "Who?" }] };

/** What was thrown, or rejected. */
export async function thrown(promise: Promise<unknown>): Promise<any> {
  const nothing = Symbol("nothing");
  const error = await promise.then(
    () => nothing,
    (reason: unknown) => reason,
  );
  if (error === nothing) {
    throw new Error("nothing was thrown");
  }
  return error;
}

/** All there is in a stream, and what it threw at the end. */
export async function drained<T>(stream: AsyncIterable<T>): Promise<{ values: T[]; error: any }> {
  const values: T[] = [];
  try {
    for await (const value of stream) {
      values.push(value);
    }
  } catch (error) {
    return { values, error };
  }
  return { values, error: undefined };
}
