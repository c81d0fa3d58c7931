/** Names: the wire's `max_tokens` and TypeScript's `maxTokens`. No I/O. */

// Every name of the wire's own objects that the two spell differently. Names that are not here stay as they are, in
// both directions: a vendor's own field arrives, and is sent, as the vendor spells it.
const WIRE = [
  "accepted_prediction_tokens audio_tokens cache_write_tokens cached_tokens completion_tokens",
  "completion_tokens_details finish_reason frequency_penalty function_call image_tokens include_obfuscation",
  "include_usage logit_bias max_completion_tokens max_tokens min_p parallel_tool_calls presence_penalty",
  "prompt_cache_key prompt_cache_options prompt_cache_retention prompt_tokens prompt_tokens_details",
  "reasoning_content reasoning_effort reasoning_tokens rejected_prediction_tokens response_format safe_prompt",
  "safety_identifier service_tier stream_options system_fingerprint text_tokens tool_call_id tool_calls tool_choice",
  "top_k top_logprobs top_p total_tokens web_search_options",
];

/** From TypeScript's names to the wire's. */
export const TO_WIRE: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ WIRE.flatMap((line) => line.split(" ")).map((name) => [camel(name), name]),
);

/** From the wire's names to TypeScript's. */
export const FROM_WIRE: ReadonlyMap<string, string> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Array.from(TO_WIRE, ([ours, theirs]) => [theirs, ours]),
);

function camel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Fields by name. */
export type Fields = Record<string, unknown>;

/** An object with its own fields renamed, and what they hold as it is; the same object where none has to be. */
export function renamed(fields: Fields, names: ReadonlyMap<string, string>): Fields {
  for (const name in fields) {
    if (names.has(name)) {
      return copied(fields, names);
    }
  }
  return fields;
}

function copied(fields: Fields, names: ReadonlyMap<string, string>): Fields {
  const copy: Fields = {};
  for (const name in fields) {
    if (name === "__proto__") {
      // Assigning it would not make a field, but change what the object is.
      Object.defineProperty(copy, name, { value: fields[name], enumerable: true, configurable: true, writable: true });
    } else {
      copy[names.get(name) ?? name] = fields[name];
    }
  }
  return copy;
}
