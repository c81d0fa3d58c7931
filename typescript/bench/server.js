// The server the clients are measured against, in a process of its own. Says its port when it listens.
import { createServer } from "node:http";

const CHUNKS = Number(process.argv[2]);
const PARAGRAPH = "The quick brown fox jumps over the lazy dog. ".repeat(20);

function chunk(delta, finish = null) {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  const own = { id: "chatcmpl-abc123", object: "chat.completion.chunk", created: 1_700_000_000, model: "m" };
  return `data: ${JSON.stringify({ ...own, system_fingerprint: "fp_1", choices })}\n\n`;
}

const end = `${chunk({}, "stop")}data: [DONE]\n\n`;
const bodies = {
  whole: JSON.stringify({
    id: "chatcmpl-abc123",
    object: "chat.completion",
    created: 1_700_000_000,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: PARAGRAPH }, logprobs: null, finish_reason: "stop" }],
    usage: { prompt_tokens: 10, completion_tokens: 200, total_tokens: 210 },
    system_fingerprint: "fp_1",
  }),
  stream: Array.from({ length: CHUNKS }, (_, at) => chunk({ content: ` word${at % 100}` })).join("") + end,
  large: chunk({ content: "x".repeat(5_000_000) }) + end,
};

// A client that is slow over one answer is to find its connection open for the next.
createServer({ keepAliveTimeout: 600_000 }, async (request, response) => {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) {
    text += piece;
  }
  const { stream, model } = JSON.parse(text);
  response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
  response.end(bodies[stream ? model : "whole"]);
}).listen(0, "127.0.0.1", function listening() {
  console.log(this.address().port);
});
