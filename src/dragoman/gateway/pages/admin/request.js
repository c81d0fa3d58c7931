// One request, explained: what became of it, at which attempts, or with which sentence it was refused.

import { at, figures, node } from "../dom.js";
import { bar, dollars, moment, number, over, seconds, showing, table } from "./show.js";

/** Give the form its life. */
export function request(gateway) {
  at("explain").addEventListener("submit", (event) => {
    event.preventDefault();
    showing(at("explained"), async () => {
      const { entries, refusals } = await gateway.get("json", `admin/requests/${encodeURIComponent(at("request-id").value.trim())}`);
      return [...refusals.map(refusal), ...entries.flatMap(entry)];
    });
  });
}

function refusal({ at: when, endpoint, status, message, key }) {
  const details = [`status ${status}`, endpoint, key, moment(when)].filter(Boolean);
  return node("div", { class: "fault" }, node("p", {}, message), ...details.map((each) => node("code", {}, each)));
}

function entry(row) {
  const shown = {
    Ended: `${row.end_reason.replace("_", " ")}${row.status ? `, status ${row.status}` : ""}`,
    Accepted: moment(row.at),
    "Asked by": row.key && `${row.owner}, ${row.key}`,
    "Model asked for": row.asked,
    "Model that answered": row.served,
    Upstream: row.upstream,
    Prompt: tokens(row.prompt_tokens, row.cached_tokens, "cached"),
    Answer: tokens(row.completion_tokens, row.reasoning_tokens, "reasoning"),
    "Tokens are from": row.tokens_from,
    Cost: row.cost == null ? null : dollars(row.cost),
    "First token": row.first_token_s == null ? null : seconds(row.first_token_s),
    "In all": row.total_s == null ? null : `${seconds(row.total_s)}${row.stream ? ", a stream" : ""}`,
  };
  const changed = (row.changed ?? []).map((each) => node("li", {}, each));
  return [
    node("dl", { class: "figures" }, ...figures(shown)),
    ...(changed.length ? [node("h3", {}, "What was changed"), node("ul", {}, ...changed)] : []),
    ...(row.attempts.length ? [node("h3", {}, "Attempts"), table("Attempts", columns(row), row.attempts)] : [node("p", { class: "empty" }, "Nobody upstream was asked.")]),
  ];
}

const tokens = (all, some, what) => (all == null ? null : `${number(all)}${some ? `, ${number(some)} ${what}` : ""}`);

function columns(row) {
  const late = ({ started }) => Math.max(0, (Date.parse(started) - Date.parse(row.at)) / 1000);
  const whole = Math.max(...row.attempts.map((each) => late(each) + each.total_s), row.total_s ?? 0) || 1;
  const when = (each) => node("div", {}, `${seconds(late(each))} + ${seconds(each.total_s)}`, bar(late(each) / whole, each.total_s / whole));
  return [
    { head: "Attempt", cell: ({ ordinal }) => String(ordinal) },
    { head: "Upstream", cell: ({ upstream, credential }) => over(upstream ?? "–", credential) },
    { head: "Model", cell: ({ model }) => model },
    { head: "Ended", cell: ({ end_reason: end, status }) => over(end.replace("_", " "), status && `status ${status}`) },
    { head: "Began, took", cell: when },
    { head: "First token", number: true, cell: (each) => seconds(each.first_token_s) },
    { head: "Prompt", number: true, cell: (each) => number(each.prompt_tokens) },
    { head: "Answer", number: true, cell: (each) => number(each.completion_tokens) },
    { head: "Cost", number: true, cell: (each) => dollars(each.cost) },
  ];
}
