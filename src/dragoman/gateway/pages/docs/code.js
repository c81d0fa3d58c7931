// The tabs of code under the playground: the request that the form describes, ready to be copied.

import { at, copies, node } from "../dom.js";
import { SNIPPETS } from "./snippets.js";

/**
 * Make the tabs.
 *
 * @param {string} base the gateway's base URL
 * @param {() => Record<string, unknown>} body the request, asked for each time it is shown
 * @returns {() => void} shows the request as it is now
 */
export function code(base, body) {
  const names = Object.keys(SNIPPETS);
  const panel = at("code");
  let chosen = 0;
  const tabs = names.map((name) => node("button", { type: "button", role: "tab", "aria-controls": "code" }, name));

  function show() {
    for (const [place, tab] of tabs.entries()) {
      tab.setAttribute("aria-selected", String(place === chosen));
      tab.tabIndex = place === chosen ? 0 : -1;
    }
    panel.textContent = SNIPPETS[names[chosen]](base, body());
  }

  function choose(place) {
    chosen = place;
    tabs[place].focus();
    show();
  }

  for (const [place, tab] of tabs.entries()) {
    tab.addEventListener("click", () => choose(place));
    tab.addEventListener("keydown", (event) => {
      const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (way) choose((place + way + names.length) % names.length);
    });
  }
  at("tabs").replaceChildren(...tabs);
  copies(at("copy-code"), () => panel.textContent);
  return show;
}
