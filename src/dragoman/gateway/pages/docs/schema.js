// A JSON Schema in words: what a value may be, and within which bounds.

import { node } from "../dom.js";

/** The name of the type that a reference points at. */
export const named = (ref) => ref.split("/").at(-1);

/**
 * What a value may be: names of types are links to them.
 *
 * @param {Record<string, any>} schema
 * @returns {(Node | string)[]}
 */
export function words(schema) {
  if (schema.$ref) return [node("a", { href: `#${named(schema.$ref)}` }, named(schema.$ref))];
  if (schema.enum) return joined(schema.enum.map((value) => [node("code", {}, JSON.stringify(value))]));
  if (schema.anyOf) return joined(schema.anyOf.filter((option) => option.type !== "null").map(words));
  const types = [schema.type ?? "anything"].flat().filter((type) => type !== "null");
  return joined(types.map((type) => one(type, schema)));
}

function one(type, schema) {
  if (type === "array") {
    const options = schema.items?.anyOf?.length ?? 1;
    const items = words(schema.items ?? {});
    return options > 1 ? ["array of (", ...items, ")"] : ["array of ", ...items];
  }
  const values = schema.additionalProperties;
  if (type === "object" && values && Object.keys(values).length) return ["object of ", ...words(values)];
  return [type];
}

function joined(options) {
  return options.flatMap((option, place) => (place ? [" or ", ...option] : option));
}

/** Whether null may stand in the value's place. */
export function nullable(schema) {
  return [schema.type].flat().includes("null") || Boolean(schema.anyOf?.some((option) => option.type === "null"));
}

/**
 * The bounds of a value, shortly; "" where there are none.
 *
 * @param {Record<string, any>} schema
 */
export function bounds({ minimum, maximum, minItems, maxItems, minLength, maxLength }) {
  return range(minimum, maximum) || lengths(minItems, maxItems) || lengths(minLength, maxLength);
}

function lengths(least, most) {
  const said = range(least, most);
  return said && `length ${said}`;
}

function range(least, most) {
  // Bounds of 64 bits are those of the number's form: JavaScript cannot even write them, and nobody reads them.
  if (Math.abs(least ?? 0) > Number.MAX_SAFE_INTEGER) return "64 bits";
  const [from, to] = [least, most].map((bound) => String(bound).replace("-", "\u2212"));
  if (least !== undefined && most !== undefined) return `${from} to ${to}`;
  if (least !== undefined) return `at least ${from}`;
  return most === undefined ? "" : `at most ${to}`;
}
