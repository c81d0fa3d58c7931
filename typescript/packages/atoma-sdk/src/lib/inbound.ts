/** An answer, or a chunk of one, from what travels to what a program reads. No I/O. */

import { isFields } from "dragoman";
import { type Fields, FROM_WIRE, renamed } from "./names.js";

const DETAILS = ["promptTokensDetails", "completionTokensDetails"];

/**
 * An answer or a chunk with the names of its own objects as TypeScript's: its own, and those of its choices, of what
 * they say, and of the usage. All that these hold is as it came.
 *
 * @throws `TypeError` The value is neither.
 */
export function readable(value: unknown): Fields {
  if (!isFields(value)) {
    throw new TypeError("an object is expected");
  }
  const choices = value["choices"] ?? [];
  if (!Array.isArray(choices)) {
    throw new TypeError("choices: a list is expected");
  }
  const answer = renamed(value as Fields, FROM_WIRE);
  answer["choices"] = choices;
  for (let at = 0; at < choices.length; at += 1) {
    choices[at] = choice(choices[at], at);
  }
  if (isFields(answer["usage"])) {
    answer["usage"] = usage(answer["usage"] as Fields);
  }
  return answer;
}

function choice(value: unknown, at: number): Fields {
  if (!isFields(value)) {
    throw new TypeError(`choices[${at}]: an object is expected`);
  }
  const read = renamed(value as Fields, FROM_WIRE);
  if (isFields(read["delta"])) {
    read["delta"] = renamed(read["delta"] as Fields, FROM_WIRE);
  }
  if (isFields(read["message"])) {
    read["message"] = renamed(read["message"] as Fields, FROM_WIRE);
  }
  return read;
}

function usage(value: Fields): Fields {
  const read = renamed(value, FROM_WIRE);
  for (const name of DETAILS) {
    if (isFields(read[name])) {
      read[name] = renamed(read[name] as Fields, FROM_WIRE);
    }
  }
  return read;
}
