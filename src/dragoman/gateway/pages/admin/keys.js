// Keys: listed, made, given another secret, revoked. A secret is shown once, until it is put away.

import { at, copies, node } from "../dom.js";
import { dollars, moment, number, over, showing, table } from "./show.js";

const PAGE = 1000;
/** Each limit: its field in the form, its name, what it counts; money is in millionths of a dollar. */
const LIMITS = [
  ["rpm", "requests_per_minute", "requests a minute"],
  ["tpm", "tokens_per_minute", "tokens a minute"],
  ["concurrent", "concurrent", "requests at once"],
  ["usd-day", "budget_day_microusd", "a day"],
  ["usd-month", "budget_month_microusd", "a month"],
  ["tokens-day", "budget_day_tokens", "tokens a day"],
  ["tokens-month", "budget_month_tokens", "tokens a month"],
];
const isMoney = (name) => name.endsWith("_microusd");

/** Give the list and the form their life. */
export function keys(gateway) {
  const list = () => showing(at("listed"), () => listed(gateway, list));
  at("spent").addEventListener("change", list);
  at("create").addEventListener("submit", async (event) => {
    event.preventDefault();
    // A second click would make a second key.
    event.submitter.disabled = true;
    const made = await showing(at("refused"), async () => {
      handOver(await gateway.get("json", "admin/keys", "POST", wanted()));
      return [];
    });
    event.submitter.disabled = false;
    if (made) at("create").reset();
    list();
  });
  return list();
}

/** The key that the form describes. */
function wanted() {
  const limits = {};
  for (const [id, name] of LIMITS) if (at(id).value) limits[name] = Math.round(at(id).valueAsNumber * (isMoney(name) ? 1e6 : 1));
  const models = at("models").value.split(",").map((name) => name.trim()).filter(Boolean);
  const ends = at("expires").valueAsNumber;
  return {
    owner: at("owner").value,
    role: at("role").value,
    models: models.length ? models : null,
    limits,
    // The day is the key's last: it ends where the next one begins.
    expires: Number.isNaN(ends) ? null : new Date(ends + 86_400_000).toISOString(),
    note: at("note").value || null,
  };
}

/** Show a secret, for as long as its reader wants to see it. */
function handOver({ id, owner, secret }) {
  const copy = node("button", { type: "button", class: "quiet" }, "Copy");
  const away = node("button", { type: "button", class: "quiet" }, "Put away");
  const box = node("div", { class: "secret", role: "status" },
    node("p", {}, `The secret of ${id}, of ${owner}. It is shown this once.`),
    node("code", {}, secret), copy, away);
  copies(copy, () => secret);
  away.addEventListener("click", () => box.remove());
  at("secrets").append(box);
  box.scrollIntoView({ block: "nearest" });
}

async function listed(gateway, again) {
  const all = [];
  for (let after = ""; ; ) {
    const page = await gateway.get("json", `admin/keys?${new URLSearchParams({ limit: PAGE, ...(after && { after }) })}`);
    all.push(...page.data);
    if (!page.has_more) break;
    after = page.data.at(-1).row;
  }
  const shown = all.filter(({ state }) => state === "active" || at("spent").checked).reverse();
  if (!shown.length) return [node("p", { class: "empty" }, "There are no keys that work.")];
  return [table("Keys", columns(gateway, again), shown)];
}

function columns(gateway, again) {
  return [
    { head: "Owner", cell: ({ owner, note }) => over(owner, note) },
    { head: "Key", cell: ({ id, prefix }) => over(node("code", {}, id), `${prefix}…`) },
    { head: "State", cell: ({ state, role }) => over(state, role) },
    { head: "Models", cell: ({ models }) => node("div", { class: "wraps" }, models?.join(", ") ?? "all") },
    { head: "Limits", cell: ({ limits }) => node("ul", { class: "plain" }, ...limited(limits).map((each) => node("li", {}, each))) },
    { head: "Made", cell: ({ created, expires }) => over(moment(created).slice(0, 10), expires && `until ${moment(expires)}`) },
    { head: "Change", cell: (key) => (key.state === "active" ? changes(gateway, key, again) : "") },
  ];
}

/** The limits that a key has, in words. */
const limited = (limits) =>
  LIMITS.filter(([, name]) => name in limits).map(([, name, what]) => `${(isMoney(name) ? dollars : number)(limits[name])} ${what}`);

/** What can be done to a key: each asks once more before it is. */
function changes(gateway, { id, owner }, again) {
  const place = node("div", { class: "changes" });
  const button = (text, press, tone = "") => {
    const made = node("button", { type: "button", class: `quiet ${tone}`, "aria-label": `${text}: ${id} of ${owner}` }, text);
    made.addEventListener("click", press);
    return made;
  };
  const path = `admin/keys/${encodeURIComponent(id)}`;
  const act = (action) => async () => {
    place.replaceChildren();
    if (await showing(place, async () => (await action(), []))) again();
    else place.append(button("Leave it", back));
  };
  const rotate = (overlap) => act(async () => handOver(await gateway.get("json", `${path}/rotate`, "POST", { overlap })));
  const ask = (sentence, ...options) => {
    place.replaceChildren(node("span", {}, sentence), ...options, button("Leave it", back));
    options[0].focus();
  };
  const back = () => {
    rest();
    place.firstChild.focus();
  };
  const rest = () => place.replaceChildren(
    button("Rotate", () => ask("The secrets it has work on for", button("a day", rotate(86_400)), button("no longer", rotate(0), "danger"))),
    button("Revoke", () => ask("None of its secrets works any more, for good.", button("Revoke it", act(() => gateway.get("json", path, "DELETE")), "danger"))),
  );
  rest();
  return place;
}
