// What stands around every page: whether the gateway can answer, and where the reader is.

import { at } from "./dom.js";

/**
 * Say beside the page whether the gateway can answer, and why not.
 *
 * @param {() => Promise<Response>} ask asks `/readyz`
 * @returns {Promise<{ status: string, reason?: string } | null>} what it said; null where nobody answers
 */
export async function readiness(ask) {
  try {
    const answer = await ask();
    const said = await answer.json();
    state(said.status, said.reason ?? "", answer.ok);
    return said;
  } catch {
    state("gone", "the gateway does not answer", false);
    return null;
  }
}

function state(word, why, ready) {
  const place = at("state");
  // What has not changed is not read out again.
  if (place.textContent !== word) place.textContent = word;
  place.title = why;
  place.dataset.ready = String(ready);
}

/** Mark, in the contents, what is being read. */
export function follow() {
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
