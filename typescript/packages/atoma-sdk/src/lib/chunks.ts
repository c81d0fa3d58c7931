/** What the events of a streamed answer mean. No I/O. */

import { findFault, isFields, type Meaning } from "dragoman";
import type { ChatCompletionChunk, ChatCompletionStreamResponse } from "../models/components/index.js";
import { SDKValidationError } from "../models/errors/sdkvalidationerror.js";
import { Alike } from "./alike.js";
import type { ServerEvent } from "./event-streams.js";
import { readable } from "./inbound.js";
import type { Answer } from "./sdks.js";

/** Events as chunks, and whether they add up to an answer. */
export class Chunks implements Meaning<ChatCompletionStreamResponse> {
  readonly #answer: Answer;
  readonly #alike = new Alike((text) => this.#chunk(text));
  // Whether each choice that has begun has said why it finished.
  readonly #finished = new Map<number, boolean>();

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  /** The chunk an event is. Vendors name their keep-alives (`event: ping`), and leave data empty: those are none. */
  read({ data = "", event = "message" }: ServerEvent<string>, cut: boolean): ChatCompletionStreamResponse | undefined {
    if (event !== "message" && this.#passes(data, event)) {
      return undefined;
    }
    try {
      return { data: this.#alike.read(data, this.#meet) };
    } catch (cause) {
      if (cause instanceof SyntaxError && data.trim() === "") {
        return undefined;
      }
      if (cause instanceof SyntaxError && cut) {
        throw this.broke(cause);
      }
      const known = cause instanceof SyntaxError || cause instanceof TypeError;
      throw known ? new SDKValidationError("Response validation failed", cause, data) : cause;
    }
  }

  /** A proper end is one after every choice said why it finished: not every server sends `[DONE]`. */
  early(): Error | undefined {
    const whole = this.#finished.size > 0 && [...this.#finished.values()].every(Boolean);
    return whole ? undefined : this.#answer.refusal("The stream ended before the answer had finished");
  }

  /** The error that a stream which breaks off is. */
  broke(cause: unknown): Error {
    return this.#answer.broken(cause);
  }

  /** Whether a named event is none for a reader of chunks; one that is an error is thrown. */
  #passes(data: string, event: string): boolean {
    if (event === "error") {
      throw this.#refusal(data, parsed(data));
    }
    const value = parsed(data);
    return !(isFields(value) && ("choices" in value || value["error"]));
  }

  #chunk(text: string): ChatCompletionChunk {
    const value: unknown = JSON.parse(text);
    if (findFault(value) !== undefined) {
      throw this.#refusal(text, value);
    }
    return readable(value) as unknown as ChatCompletionChunk;
  }

  #refusal(data: string, value: unknown): Error {
    return this.#answer.refusal("API error occurred in the stream", data, { statusCode: findFault(value)?.status });
  }

  readonly #meet = (chunk: ChatCompletionChunk): void => {
    for (const { index, finishReason } of chunk.choices) {
      this.#finished.set(index, finishReason != null || this.#finished.get(index) === true);
    }
  };
}

/** The value of a JSON text; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
