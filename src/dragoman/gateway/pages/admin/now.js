// How the gateway stands: what is under way, its upstreams, what it is behind with.

import { at, figures, node } from "../dom.js";
import { readiness } from "../frame.js";
import { metrics } from "./metrics.js";
import { dollars, number, over, seconds, showing, table } from "./show.js";

const EVERY = 5000;
const BAD_ENDS = ["failed", "timed_out", "refused_upstream"];

/** Look, and again every few seconds for as long as that is wanted and the page is seen. */
export function now(gateway) {
  let next;
  async function look() {
    clearTimeout(next);
    if (!document.hidden) await showing(at("standing"), () => standing(gateway));
    clearTimeout(next);
    if (at("live").checked) next = setTimeout(look, EVERY);
  }
  at("live").addEventListener("change", () => at("live").checked && look());
  return look();
}

async function standing(gateway) {
  const [upstreams, text, ready] = await Promise.all([
    gateway.get("json", "admin/upstreams"),
    gateway.get("text", "metrics"),
    readiness(() => gateway.answer("readyz")),
  ]);
  const of = metrics(text);
  const notes = [ready?.reason, ready?.store].filter(Boolean);
  return [
    ...notes.map((note) => node("p", { class: "warning" }, note)),
    node("dl", { class: "figures" }, ...figures(numbers(of))),
    table("Upstreams", columns(of), upstreams.data),
    node("small", {}, "Credentials and first tokens are those of the process that was asked; the rest is of all workers of this machine, attempts and dollars since they began."),
  ];
}

function numbers(of) {
  const [requests, streams] = ["request", "stream"].map((kind) => of("dragoman_seats_taken", { kind }));
  const lag = of("dragoman_ledger_lag_seconds");
  const kept = of("dragoman_journal_kept");
  const hits = of("dragoman_cache_looks_total", { result: "hit" });
  const answers = of("dragoman_cache_answers");
  return {
    "Requests under way": `${number(requests)}${streams ? `, ${number(streams)} of them streams` : ""}`,
    Waiting: number(of("dragoman_requests_waiting")),
    Workers: number(of("dragoman_workers")),
    "Ledger behind by": lag === null ? "no store" : seconds(lag),
    "Ends that the disk does not take": kept === null ? "no store" : number(kept),
    "Answers kept": answers === null ? null : `${number(answers)}, given again ${number(hits ?? 0)} times`,
  };
}

function columns(of) {
  const attempts = (row) => of("dragoman_attempts_total", { upstream: row.name }) ?? 0;
  const ended = (row, end) => of("dragoman_attempts_total", { upstream: row.name, end_reason: end }) ?? 0;
  const bad = (row) => BAD_ENDS.reduce((all, end) => all + ended(row, end), 0);
  return [
    { head: "Upstream", cell: ({ name, trouble }) => over(name, trouble ? node("span", { class: "bad" }, trouble) : "answers") },
    { head: "Under way", number: true, cell: (row) => number(of("dragoman_upstream_requests", { upstream: row.name })) },
    { head: "Attempts", number: true, cell: (row) => number(attempts(row)) },
    { head: "Failed", number: true, cell: (row) => number(bad(row)), share: (row) => bad(row) / attempts(row), tone: "bad" },
    { head: "Cost", number: true, cell: (row) => dollars(of("dragoman_cost_microusd_total", { upstream: row.name })) },
    { head: "First token", number: true, cell: (row) => seconds(row.first_token_s) },
    { head: "Credentials", cell: (row) => node("ul", { class: "plain" }, ...row.credentials.map(credential)) },
  ];
}

function credential({ from, circuit, seconds_left: left, limited = {} }) {
  const until = left === undefined ? circuit : `${circuit}, tried again in ${seconds(left)}`;
  const models = Object.entries(limited).map(([model, left]) => `${model}: too many requests, not asked for ${seconds(left)}`);
  const tone = models.length && circuit === "closed" ? "limited" : circuit;
  return node("li", {}, over(node("span", { class: `circuit ${tone}` }, until), from ?? "no credential", ...models));
}
