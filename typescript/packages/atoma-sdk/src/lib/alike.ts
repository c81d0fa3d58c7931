/**
 * Chunks of one answer are alike: what stays the same from one to the next is read once. No I/O.
 *
 * A chunk's text is a head, the characters of its content, and a tail. Where another text has the same head and tail,
 * and between them only characters that a JSON string spells as they are, it says the same but for its content. That
 * the place between them is the content, and nothing besides, is not guessed: a text with another content there is
 * read, and has to differ in just that.
 */

import type { ChatCompletionChunk, ChatCompletionChunkChoice } from "../models/components/index.js";

const KEY = '"content":"';
const PROBE = "another content";
/** After so many patterns in a row that fitted nothing, the server is one whose chunks are not alike. */
const PATIENCE = 4;
// RFC 8259 §7: all but these stand for themselves.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what a JSON string may not hold.
const PLAIN = /^[^"\\\u0000-\u001f]*$/;

/** The pattern of the chunks of one answer. */
export class Alike {
  readonly #read: (text: string) => ChatCompletionChunk;
  #pattern: ChatCompletionChunk | undefined;
  #head = "";
  #tail = "";
  #unused = 0;

  /** @param read Reads a chunk from its JSON text; throws what it throws. */
  constructor(read: (text: string) => ChatCompletionChunk) {
    this.#read = read;
  }

  /** The chunk in a text. What `met` says is the chunk that was read in full, where it was not like the one before. */
  read(text: string, met: (chunk: ChatCompletionChunk) => void): ChatCompletionChunk {
    const { length } = this.#head;
    const end = text.length - this.#tail.length;
    if (this.#pattern !== undefined && end >= length && text.startsWith(this.#head) && text.endsWith(this.#tail)) {
      const content = text.slice(length, end);
      if (PLAIN.test(content)) {
        this.#unused = 0;
        return withContent(this.#pattern, content);
      }
    }
    const chunk = this.#read(text);
    met(chunk);
    if (this.#unused < PATIENCE) {
      this.#learn(text, chunk);
    }
    return chunk;
  }

  #learn(text: string, chunk: ChatCompletionChunk): void {
    const [choice, second] = chunk.choices;
    const content = choice?.delta?.content;
    const start = text.indexOf(KEY) + KEY.length;
    if (typeof content !== "string" || second !== undefined || !text.startsWith(content, start)) {
      return;
    }
    this.#unused += 1;
    const head = text.slice(0, start);
    const tail = text.slice(start + content.length);
    const expected = withContent(chunk, PROBE);
    if (isFlat(expected) && JSON.stringify(this.#probed(head + PROBE + tail)) === JSON.stringify(expected)) {
      this.#pattern = expected;
      this.#head = head;
      this.#tail = tail;
    }
  }

  #probed(text: string): ChatCompletionChunk | undefined {
    try {
      return this.#read(text);
    } catch {
      // What looked like the content's place was none.
      return undefined;
    }
  }
}

function withContent(chunk: ChatCompletionChunk, content: string): ChatCompletionChunk {
  const choice = chunk.choices[0] as ChatCompletionChunkChoice;
  return { ...chunk, choices: [{ ...choice, delta: { ...choice.delta, content } }] };
}

/** Whether a chunk holds nothing but its delta that two copies would share. */
function isFlat(chunk: ChatCompletionChunk): boolean {
  const [choice] = chunk.choices;
  const { choices: _, ...rest } = chunk;
  const { delta, ...more } = choice as ChatCompletionChunkChoice;
  const values = [rest, more, delta].flatMap((fields) => Object.values(fields));
  return values.every((value) => typeof value !== "object" || value === null);
}
