/** A request from what a program wrote to what travels. No I/O. */

import { isFields } from "dragoman";
import { SDKValidationError } from "../models/errors/sdkvalidationerror.js";
import { type Fields, renamed, TO_WIRE } from "./names.js";

/** What a field has to be, in words and as a test; null and undefined always pass. */
type Rule = readonly [words: string, test: (value: unknown) => boolean];

const isText = (value: unknown) => typeof value === "string";
const NUMBER: Rule = ["a number", (value) => typeof value === "number"];
const WHOLE: Rule = ["a whole number", (value) => Number.isInteger(value)];
const LIST: Rule = ["a list", Array.isArray];

const RULES: Readonly<Record<string, Rule>> = {
  frequencyPenalty: NUMBER,
  functions: LIST,
  logitBias: ["an object of numbers", isFields],
  maxTokens: WHOLE,
  n: WHOLE,
  presencePenalty: NUMBER,
  seed: WHOLE,
  stop: ["a text, or a list of texts", (value) => isText(value) || (Array.isArray(value) && value.every(isText))],
  stream: ["true or false", (value) => typeof value === "boolean"],
  temperature: NUMBER,
  tools: LIST,
  topP: NUMBER,
  user: ["a text", isText],
};

/**
 * The body of a request: the caller's own is left as it is.
 *
 * What it says is for the server to judge; what it is made of is judged here, before anything is sent.
 *
 * @param stream Whether a stream is asked for, where the request does not say.
 * @throws {@link SDKValidationError} It is no request.
 */
export function bodyOf(request: object, stream: boolean): string {
  const found = [...findings(request)];
  if (found.length > 0) {
    throw new SDKValidationError("Input validation failed", found.join("; "), request);
  }
  const { stream: said = stream, messages, ...rest } = request as Fields & { messages: Fields[] };
  const body = renamed(rest, TO_WIRE);
  const options = body["stream_options"];
  return JSON.stringify({
    ...body,
    ...(isFields(options) && { stream_options: renamed(options as Fields, TO_WIRE) }),
    messages: messages.map((message) => renamed(message, TO_WIRE)),
    stream: said,
  });
}

function* findings(request: unknown): Generator<string> {
  if (!isFields(request)) {
    yield `a request is an object, not ${shown(request)}`;
    return;
  }
  if (!isText(request["model"])) {
    yield `model: a text is required, not ${shown(request["model"])}`;
  }
  for (const [name, [words, test]] of Object.entries(RULES)) {
    const value = request[name];
    if (value !== undefined && value !== null && !test(value)) {
      yield `${name}: ${words}, not ${shown(value)}`;
    }
  }
  const messages = request["messages"];
  if (!Array.isArray(messages)) {
    yield `messages: a list is required, not ${shown(messages)}`;
    return;
  }
  for (const [index, message] of messages.entries()) {
    yield* findingsIn(message, `messages[${index}]`);
  }
}

function* findingsIn(message: unknown, place: string): Generator<string> {
  if (!isFields(message)) {
    yield `${place}: a message is an object, not ${shown(message)}`;
    return;
  }
  const { role, content } = message;
  if (!isText(role)) {
    yield `${place}.role: a text is required, not ${shown(role)}`;
  }
  if (!(isText(content) || Array.isArray(content) || content === null || content === undefined)) {
    yield `${place}.content: a text, a list of parts or null, not ${shown(content)}`;
  }
}

/** A value as a message may show it: a kind, or a number; what people wrote stays out of logs. */
function shown(value: unknown): string {
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  return Array.isArray(value) ? "a list" : typeof value === "string" ? "a text" : `of type ${typeof value}`;
}
