// Who used what: the ledger's sums, by one thing at a time, and the same as a file.

import { at, node } from "../dom.js";
import { dollars, number, over, seconds, showing, sum, table } from "./show.js";

const DAY = 86_400_000;
const ADDED = ["requests", "prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens", "cost_microusd", "unpriced", "cache_hits", "saved_tokens"];
const FILES = [["Sums", "csv"], ["Sums", "jsonl"], ["Requests", "csv"], ["Requests", "jsonl"]];

/** Give the form its life, and show the last week. */
export function usage(gateway) {
  at("through").value = day(Date.now());
  at("since").value = day(Date.now() - 6 * DAY);
  const show = () => showing(at("sums"), () => sums(gateway));
  at("which").addEventListener("submit", (event) => {
    event.preventDefault();
    show();
  });
  at("by").addEventListener("change", show);
  at("exports").replaceChildren(...FILES.map(([what, format]) => exporting(gateway, what, format)));
  return show();
}

const day = (moment) => new Date(moment).toISOString().slice(0, 10);

/** What the form asks for, as a query. */
function query(more) {
  const through = at("through").valueAsNumber;
  const asked = {
    since: at("since").value,
    until: Number.isNaN(through) ? "" : day(through + DAY),
    model: at("only-model").value.trim(),
    owner: at("only-owner").value.trim(),
    key: at("only-key").value.trim(),
    ...more,
  };
  return `admin/usage?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value))}`;
}

/** What the sums are by; a key's id says little without whose it is. */
const grouped = () => (at("by").value === "key" ? "key,owner" : at("by").value);

async function sums(gateway) {
  const by = grouped();
  const named = (row) => by.split(",").map((name) => row[name] ?? "–");
  const [{ data }, ends] = await Promise.all([
    gateway.get("json", query({ by })),
    gateway.get("json", query({ by: `${by},end_reason` })),
  ]);
  if (!data.length) return [node("p", { class: "empty" }, "Nothing was asked in this time.")];
  if (by !== "day") data.sort((one, other) => other.requests - one.requests);
  const same = (row, end) => JSON.stringify(named(row)) === JSON.stringify(named(end));
  const rows = data.map((row) => ({ ...row, named: named(row), ends: undone(ends.data.filter((end) => same(row, end))) }));
  const total = { named: ["All"], ends: undone(ends.data) };
  for (const field of ADDED) total[field] = sum(rows, field);
  return [table("Usage", columns(at("by").value, rows), rows, total)];
}

/** How many of what did not complete. */
function undone(ends) {
  const found = {};
  for (const { end_reason: end, requests } of ends) if (end !== "completed") found[end] = (found[end] ?? 0) + requests;
  return found;
}

function columns(by, rows) {
  const against = (field) => {
    const most = Math.max(1, ...rows.map((row) => row[field] ?? 0));
    return { number: true, share: (row) => (row[field] ?? 0) / most };
  };
  const some = (value, what) => value && `${number(value)} ${what}`;
  return [
    { head: by, cell: ({ named: [name, ...more] }) => over(name, ...more) },
    { head: "Requests", cell: (row) => number(row.requests), ...against("requests") },
    { head: "Not completed", number: true, cell: (row) => notCompleted(row.ends) },
    { head: "Prompt tokens", number: true, cell: (row) => over(number(row.prompt_tokens), some(row.cached_tokens, "cached")) },
    { head: "Answer tokens", number: true, cell: (row) => over(number(row.completion_tokens), some(row.reasoning_tokens, "reasoning")) },
    // A price may be unknown, which is not nothing.
    { head: "Cost", cell: (row) => over(dollars(row.cost_microusd), some(row.unpriced, "unpriced")), ...against("cost_microusd") },
    { head: "Cache hits", number: true, cell: (row) => over(number(row.cache_hits), some(row.saved_tokens, "saved")) },
    { head: "First token", number: true, cell: ({ first_token_p50: half, first_token_p95: most }) => over(seconds(half), most && `95 %: ${seconds(most)}`) },
  ];
}

function notCompleted(ends) {
  const all = Object.values(ends).reduce((so, times) => so + times, 0);
  return over(number(all), ...Object.entries(ends).map(([end, times]) => `${number(times)} ${end.replace("_", " ")}`));
}

/** A button that fetches a file, and hands it to the browser to be saved. */
function exporting(gateway, what, format) {
  const button = node("button", { type: "button", class: "quiet" }, `${what}, ${format.toUpperCase()}`);
  button.addEventListener("click", () => showing(at("exported"), async () => {
    const file = await gateway.get("blob", query({ format, ...(what === "Requests" ? { requests: "true" } : { by: grouped() }) }));
    const url = URL.createObjectURL(file);
    node("a", { href: url, download: `${what.toLowerCase()}.${format}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    return [];
  }));
  return button;
}
