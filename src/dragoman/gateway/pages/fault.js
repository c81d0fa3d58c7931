// What went wrong, as the gateway says it, and how that is shown.

import { node, prose } from "./dom.js";

/** What an error body said, with the status that came with it. */
export class Fault extends Error {
  /**
   * @param {{ message?: string, type?: string, param?: string, code?: string }} said
   * @param {number} [status] none for an error inside a stream
   */
  constructor(said, status) {
    super(said.message || "the gateway gave no reason");
    this.code = said.code;
    this.details = [status && `status ${status}`, said.code, said.param && `at ${said.param}`].filter(Boolean);
  }
}

/**
 * An answer that is no success, read to its end.
 *
 * @param {Response} answer
 */
export async function refused(answer) {
  return new Fault(fault(await answer.text()), answer.status);
}

/** What of an error body can be shown, whatever stands in front of the gateway sent it. */
function fault(text) {
  try {
    return JSON.parse(text).error ?? { message: text };
  } catch {
    return { message: text.replace(/<[^>]*>/g, " ").trim().slice(0, 300) };
  }
}

/**
 * A box that says what went wrong: a `Fault` in its own words, else that the gateway does not answer.
 *
 * @param {Error} error
 */
export function told(error) {
  const details = error instanceof Fault ? error.details : [];
  const sentence = error instanceof Fault ? error.message : `The gateway does not answer: ${error.message}`;
  return node("div", { class: "fault", role: "alert" }, node("p", {}, ...prose(sentence)), ...details.map((word) => node("code", {}, word)));
}
