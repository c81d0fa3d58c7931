// The playground: a request from the form, its answer as it comes, and the same request as code.

import { at, figures, node } from "../dom.js";
import { told } from "../fault.js";
import { ask } from "./ask.js";
import { code } from "./code.js";

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** Give the form its life; `base` is the gateway's base URL. */
export function playground(base) {
  const form = at("ask");
  const showCode = code(base, () => bodyOf(more() ?? {}));
  let leaving = null;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = more();
    if (leaving) return;
    if (!fields) {
      at("more").closest("details").open = true;
      at("more").reportValidity();
      return;
    }
    leaving = new AbortController();
    busy(true);
    await run(`${base}/chat/completions`, bodyOf(fields), leaving.signal);
    leaving = null;
    busy(false);
  });
  form.addEventListener("input", showCode);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) form.requestSubmit();
  });
  at("stop").addEventListener("click", () => leaving?.abort());
  at("shortcut").textContent = MAC ? "⌘ ↵" : "Ctrl ↵";
  measured({});
  showCode();
  offerModels(base, showCode);
}

/** Offer the models there are; the first of them takes the placeholder's place. */
async function offerModels(base, showCode) {
  try {
    const { data } = await (await fetch(`${base}/models`)).json();
    at("models").replaceChildren(...data.map(({ id }) => node("option", { value: id })));
    if (data.length && at("model").value === "any") at("model").value = data[0].id;
    showCode();
  } catch {
    // Without a list a name can still be typed; what stands behind may keep its list to itself.
  }
}

/** The request that the form describes, with fields of the user's own over its. */
function bodyOf(fields) {
  const messages = [{ role: "user", content: at("question").value }];
  if (at("system").value.trim()) messages.unshift({ role: "system", content: at("system").value });
  const body = { model: at("model").value.trim(), messages };
  if (at("max-tokens").value) body.max_tokens = at("max-tokens").valueAsNumber;
  if (at("temperature").value) body.temperature = at("temperature").valueAsNumber;
  if (at("stream").checked) Object.assign(body, { stream: true, stream_options: { include_usage: true } });
  return Object.assign(body, fields);
}

/** The fields of the user's own; null, and the form says so, where they are no JSON object. */
function more() {
  const box = at("more");
  try {
    const fields = box.value.trim() ? JSON.parse(box.value) : {};
    if (fields === null || typeof fields !== "object" || Array.isArray(fields)) throw new SyntaxError("it is something else");
    box.setCustomValidity("");
    return fields;
  } catch (error) {
    box.setCustomValidity(`This has to be a JSON object: ${error.message}`);
    return null;
  }
}

function busy(now) {
  at("send").hidden = now;
  at("stop").hidden = !now;
  at("said").toggleAttribute("data-busy", now);
}

/** Ask, and show what comes: each piece as it arrives, and how long it took. */
async function run(url, body, signal) {
  const said = at("said");
  const received = at("received");
  const begun = performance.now();
  const seen = { first: null, usage: null, finish: null, total: null };
  said.replaceChildren();
  received.replaceChildren();
  measured({});
  try {
    for await (const step of ask(url, body, signal)) {
      if (step.text) {
        if (body.stream) seen.first ??= performance.now() - begun;
        put(said, node("span", { class: "token" }, step.text));
      }
      seen.usage = step.usage ?? seen.usage;
      seen.finish = step.finish ?? seen.finish;
      put(received, `${step.received}\n`);
      seen.total = performance.now() - begun;
      measured(seen);
    }
    if (!said.hasChildNodes()) said.append(node("p", { class: "empty" }, "The answer is empty."));
  } catch (error) {
    said.append(ending(error));
  }
}

/** Append, and stay at the end unless the reader has scrolled up. */
function put(place, what) {
  const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < 40;
  place.append(what);
  if (atEnd) place.scrollTop = place.scrollHeight;
}

function ending(error) {
  if (error.name === "AbortError") return node("p", { class: "note" }, "Stopped; the gateway has dropped the work.");
  return told(error);
}

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(milliseconds < 1000 ? 3 : 2)} s`;

/** Show the figures of an answer. */
function measured({ first, total, usage, finish }) {
  const writing = first == null ? 0 : total - first;
  const tokens = usage?.completion_tokens;
  const shown = {
    "First token": first == null ? null : seconds(first),
    "In all": total == null ? null : seconds(total),
    Prompt: usage && `${usage.prompt_tokens} tokens`,
    Answer: usage && `${tokens} tokens`,
    Rate: tokens > 1 && writing > 0 ? `${Math.round((tokens - 1) / (writing / 1000))} tokens/s` : null,
    Ended: finish,
  };
  at("figures").replaceChildren(...figures(shown));
}
