// The operator's page: the door, and behind it the parts, each in its place.

import { at } from "../dom.js";
import { told } from "../fault.js";
import { follow, readiness } from "../frame.js";
import { config } from "./config.js";
import { Gateway } from "./gateway.js";
import { keys } from "./keys.js";
import { now } from "./now.js";
import { request } from "./request.js";
import { usage } from "./usage.js";

// The page may be published under a prefix: everything is found from where it is itself.
const root = new URL(".", location.href);

readiness(() => fetch(new URL("readyz", root), { cache: "no-store" }));
at("enter").addEventListener("submit", enter);
at("leave").addEventListener("click", () => location.reload());
// What a browser keeps for its way back would keep the credential as well.
addEventListener("pageshow", (event) => event.persisted && location.reload());

/** Go in, if the gateway lets this credential in. */
async function enter(event) {
  event.preventDefault();
  const gateway = new Gateway(root, at("credential").value.trim());
  at("credential").value = "";
  try {
    await gateway.get("json", "admin/upstreams");
  } catch (error) {
    at("wrong").replaceChildren(told(error));
    at("credential").focus();
    return;
  }
  at("door").remove();
  for (const id of ["inside", "contents"]) at(id).hidden = false;
  at("main").focus({ preventScroll: true });
  follow();
  for (const part of [now, usage, request, keys, config]) part(gateway);
}
