// One request to the gateway, told step by step: each piece of text, what was received, how it ended.

import { Fault, refused } from "../fault.js";
import { events } from "./events.js";

/**
 * A step of an answer.
 *
 * @typedef {{ text?: string, received?: string, usage?: object, model?: string, finish?: string }} Step
 */

/**
 * Ask, and yield what comes.
 *
 * @param {string} url
 * @param {object} body the request
 * @param {AbortSignal} signal leaves, when aborted
 * @returns {AsyncGenerator<Step>}
 * @throws {Fault} the gateway said no, or broke off
 */
export async function* ask(url, body, signal) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  if (!answer.ok) throw await refused(answer);
  if (!body.stream) {
    const text = await answer.text();
    const completion = JSON.parse(text);
    yield { ...step(completion, "message"), received: JSON.stringify(completion, null, 2) };
    return;
  }
  for await (const data of events(answer.body)) {
    if (data === "[DONE]") {
      yield { received: data };
      return;
    }
    const chunk = JSON.parse(data);
    if (chunk.error) throw new Fault(chunk.error);
    yield { ...step(chunk, "delta"), received: data };
  }
  throw new Fault({ message: "the stream stopped short: there was no [DONE]" });
}

/** What one document adds, over all its choices; calls of tools are shown as they are written. */
function step(document, part) {
  const choices = document.choices ?? [];
  const texts = choices.map((choice) => {
    const said = choice[part] ?? {};
    const calls = (said.tool_calls ?? []).map(({ function: called = {} }) =>
      `${called.name ? `${called.name} ` : ""}${called.arguments ?? ""}`,
    );
    const several = part === "message" && choices.length > 1 ? `${choice.index + 1}.\n` : "";
    return several + [said.content, said.refusal, ...calls].filter(Boolean).join("\n");
  });
  return {
    text: texts.join(part === "message" ? "\n\n" : ""),
    usage: document.usage ?? undefined,
    model: document.model,
    finish: choices.find((choice) => choice.finish_reason)?.finish_reason,
  };
}
