// The page: where the gateway is, whether it is ready, and the parts put in their places.

import { copies, node } from "./dom.js";
import { playground } from "./playground.js";
import { contents, reference } from "./reference.js";

// The page may be published under a prefix: everything is found from where it is itself.
const root = new URL(".", location.href);
const base = new URL("v1", root).href;

const at = (id) => document.getElementById(id);

at("base").textContent = base;
copies(at("copy-base"), () => base);
playground(base);
readiness();
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

/** Mark, in the contents, what is being read. */
function follow() {
  const links = new Map([...at("contents").querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  const watch = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        for (const [id, link] of links) link.toggleAttribute("aria-current", id === entry.target.id);
      }
    },
    { rootMargin: "-10% 0px -80% 0px" },
  );
  for (const id of links.keys()) if (at(id)) watch.observe(at(id));
}

/** Say whether the model can answer; ask again until it can. */
async function readiness() {
  const state = at("state");
  try {
    const answer = await fetch(new URL("readyz", root), { cache: "no-store" });
    const { status, reason } = await answer.json();
    state.textContent = status;
    state.title = reason ?? "";
    state.dataset.ready = String(answer.ok);
    if (!answer.ok) setTimeout(readiness, 3000);
  } catch {
    state.textContent = "gone";
    state.title = "the gateway does not answer";
    state.dataset.ready = "false";
    setTimeout(readiness, 3000);
  }
}
