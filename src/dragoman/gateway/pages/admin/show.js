// How this page shows things: a table with bars, numbers as people read them, an answer or why there is none.

import { node } from "../dom.js";
import { told } from "../fault.js";

const latest = new WeakMap();

/**
 * Put in a place what an action comes to, or the sentence that says why it came to nothing; of several the last counts.
 *
 * @param {HTMLElement} place
 * @param {() => Promise<(Node | string)[]>} action
 * @returns {Promise<boolean>} whether it came to something
 */
export async function showing(place, action) {
  latest.set(place, action);
  const [shown, well] = await action().then(
    (parts) => [parts, true],
    (error) => [[error.code === "no_store" ? node("p", { class: "empty" }, `${error.message}.`) : told(error)], false],
  );
  if (latest.get(place) === action) replace(place, shown);
  return well;
}

/** Put something in the place of what is shown, and leave its reader where they were in its table. */
function replace(place, shown) {
  const [old] = place.getElementsByClassName("wide-table");
  const [left, focused] = [old?.scrollLeft, old && old === document.activeElement];
  place.replaceChildren(...shown);
  const [fresh] = place.getElementsByClassName("wide-table");
  if (fresh && left) fresh.scrollLeft = left;
  if (fresh && focused) fresh.focus({ preventScroll: true });
}

/**
 * A table that scrolls by itself where it is too wide.
 *
 * @typedef {{ head: string, cell: (row: any) => Node | string, number?: boolean, share?: (row: any) => number, tone?: string }} Column
 * @param {string} name what it is, for those who do not see it
 * @param {Column[]} columns `share` is a bar under the cell, from 0 to 1, and `tone` its colour
 * @param {object[]} rows
 * @param {object} [total] a row at its end
 */
export function table(name, columns, rows, total = undefined) {
  const kind = ({ number }) => ({ class: number ? "number" : "" });
  const under = (row, { share, tone }) => (share?.(row) && row !== total ? [bar(0, share(row), tone)] : []);
  const line = (row) => node("tr", {}, ...columns.map((column, place) =>
    node(place ? "td" : "th", { ...kind(column), scope: !place && "row" }, column.cell(row), ...under(row, column)),
  ));
  const heads = columns.map((column) => node("th", { ...kind(column), scope: "col" }, column.head));
  return node("div", { class: "wide-table", role: "region", tabindex: "0", "aria-label": name },
    node("table", {},
      node("thead", {}, node("tr", {}, ...heads)),
      node("tbody", {}, ...rows.map(line)),
      ...(total ? [node("tfoot", {}, line(total))] : []),
    ),
  );
}

/**
 * A bar; the numbers beside it say the same.
 *
 * @param {number} from where it begins, from 0 to 1
 * @param {number} length
 * @param {string} [tone]
 */
export function bar(from, length, tone = "") {
  const filled = node("span");
  // By the script, since the page's policy takes no attribute `style`.
  filled.style.marginLeft = `${100 * from}%`;
  filled.style.width = `${100 * length}%`;
  return node("span", { class: `bar ${tone}`, "aria-hidden": "true" }, filled);
}

/** Something, and quietly under it what else there is to say of it. */
export const over = (what, ...more) => node("div", {}, what, ...more.filter(Boolean).map((each) => node("small", {}, each)));

const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** A number; a dash where it is not known. */
export const number = (value) => (value == null ? "–" : NUMBER.format(value));

/** Millionths of a dollar as dollars, cents or less. */
export function dollars(microusd) {
  if (microusd == null) return "–";
  const digits = microusd === 0 || microusd >= 1e6 ? 2 : microusd >= 1e4 ? 4 : 6;
  return `$${(microusd / 1e6).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** Seconds; a dash where they are not known. */
export const seconds = (value) => (value == null ? "–" : `${value.toFixed(value < 1 ? 3 : value < 10 ? 2 : 1)} s`);

/** A moment, in UTC, to the second. */
export const moment = (text) => (text ? text.replace("T", " ").replace(/(\.\d+)?(Z|\+00:00)$/, "") : "–");

/** Sum of a field over rows; null where nobody knows any. */
export function sum(rows, field) {
  const known = rows.map((row) => row[field]).filter((value) => value != null);
  return known.length ? known.reduce((all, value) => all + value, 0) : null;
}
