// The configuration as it is, and reading it again.

import { at, node } from "../dom.js";
import { showing } from "./show.js";

/** Show it, and give the button its life. */
export function config(gateway) {
  const show = () => showing(at("configuration"), async () => {
    const text = await gateway.get("text", "admin/config");
    return [node("pre", { tabindex: "0", "aria-label": "The configuration" }, text)];
  });
  at("reload").addEventListener("click", async () => {
    const well = await showing(at("changed"), async () => {
      const { changed } = await gateway.get("json", "admin/reload", "POST");
      if (!changed.length) return [node("p", { class: "empty" }, "It was read again: nothing changed.")];
      return [node("ul", { class: "diff" }, ...changed.map((line) => node("li", {}, line)))];
    });
    if (well) show();
  });
  return show();
}
