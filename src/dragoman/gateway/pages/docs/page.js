// The page: where the gateway is, whether it is ready, and the parts put in their places.

import { at, copies, node } from "../dom.js";
import { follow, readiness } from "../frame.js";
import { playground } from "./playground.js";
import { contents, reference } from "./reference.js";

// The page may be published under a prefix: everything is found from where it is itself.
const root = new URL(".", location.href);
const base = new URL("v1", root).href;

at("base").textContent = base;
copies(at("copy-base"), () => base);
playground(base);
ready();
describe();

/** Show the gateway's description, and go where the address points: its target has only just been made. */
async function describe() {
  try {
    const answer = await fetch(new URL("openapi.json", root));
    const spec = await answer.json();
    at("lead").textContent = spec.info.description;
    at("version").textContent = `${spec.info.title} ${spec.info.version}`;
    at("reference").replaceChildren(...reference(spec));
    at("contents").replaceChildren(...contents(spec));
    addEventListener("hashchange", reveal);
    reveal();
    follow();
  } catch (error) {
    at("reference").replaceChildren(node("p", { class: "empty" }, `The description cannot be read: ${error.message}`));
  }
}

/** Open what the address points at, where it is folded. */
function reveal() {
  const target = at(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.tagName === "DETAILS") target.open = true;
  target.scrollIntoView();
}

/** Say whether the model can answer; ask again until it can. */
async function ready() {
  const said = await readiness(() => fetch(new URL("readyz", root), { cache: "no-store" }));
  if (said?.status !== "ready") setTimeout(ready, 3000);
}
