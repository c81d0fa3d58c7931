/**
 * Server-sent events: bytes to events, by the letter of the HTML standard, §9.2 (WHATWG). No I/O.
 *
 * How a stream is cut into reads never changes what comes out, and the cost is linear in its bytes, however finely
 * they arrive: pieces of an unfinished line are kept apart until the line ends.
 */

/** One event. */
export interface Event {
  /** The `data` lines, joined by LF. */
  readonly data: string;
  /** The event's type; `message` where the server named none. */
  readonly event: string;
  /** The last id that was set, by this event or one before it. */
  readonly id: string;
}

/** The most bytes of one event, by default. */
export const BOUND = 16 * 1024 * 1024;

/** An event is larger than the decoder's bound. */
export class EventTooLargeError extends Error {
  override readonly name = "EventTooLargeError";
}

const LF = 10;
const CR = 13;
const MARK = "\ufeff";
// The mark at the very beginning is ours to skip: decoders by default skip one in whatever piece they are given.
const utf8 = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes in, events out. */
export class Decoder {
  /** The last reconnection time the server set, in milliseconds. */
  retry: number | undefined;

  readonly #bound: number;
  #begun = false;
  #afterCR = false;
  // The unfinished line, in the pieces it came in, and how long they are together.
  #held: Uint8Array[] = [];
  #waiting = 0;
  // The unfinished event.
  #data: string | undefined;
  #event = "";
  #id = "";

  /** @param bound The most bytes of one event. */
  constructor(bound: number = BOUND) {
    this.#bound = bound;
  }

  /**
   * Takes the next bytes and returns the events they complete.
   *
   * @throws {@link EventTooLargeError} An event is larger than the bound; the decoder is of no further use.
   */
  feed(bytes: Uint8Array): Event[] {
    const end = lineEnd(bytes);
    if (end === 0) {
      this.#hold(bytes);
      return [];
    }
    // A line end is never part of another character, so that whole lines decode as the whole stream would.
    const lines = end === bytes.length ? bytes : bytes.subarray(0, end);
    const text = utf8.decode(this.#held.length === 0 ? lines : this.#joined(lines));
    const events = this.#lines(this.#normal(text));
    this.#hold(bytes.subarray(end));
    return events;
  }

  /** Whether something of an event has arrived that no blank line ended: by the standard it is discarded. */
  get unfinished(): boolean {
    return this.#data !== undefined || this.#event !== "" || this.#tail() !== "";
  }

  /** What the unfinished event would be if the stream had gone on with a blank line; the stream is over. */
  rest(): Event | undefined {
    const tail = this.#tail();
    this.#held = [];
    return this.#lines(`${tail}\n\n`)[0];
  }

  #tail(): string {
    const text = utf8.decode(concat(this.#held));
    return this.#begun || !text.startsWith(MARK) ? text : text.slice(1);
  }

  #hold(bytes: Uint8Array): void {
    if (bytes.length > 0) {
      this.#held.push(bytes);
      this.#waiting += bytes.length;
      this.#weigh();
    }
  }

  #joined(lines: Uint8Array): Uint8Array {
    this.#held.push(lines);
    const whole = concat(this.#held);
    this.#held = [];
    this.#waiting = 0;
    return whole;
  }

  #weigh(): void {
    if (this.#waiting + (this.#data?.length ?? 0) > this.#bound) {
      throw new EventTooLargeError(`one event is larger than ${this.#bound} bytes`);
    }
  }

  /** The text with each line end an LF, and without what is none of it. */
  #normal(text: string): string {
    let from = 0;
    if (!this.#begun) {
      this.#begun = true;
      from = text.startsWith(MARK) ? 1 : 0;
    }
    if (this.#afterCR && text.charCodeAt(from) === LF) {
      // The LF of a CRLF that a read split: its line ended with the CR.
      from += 1;
    }
    const own = from === 0 ? text : text.slice(from);
    this.#afterCR = own.charCodeAt(own.length - 1) === CR;
    return own.includes("\r") ? own.replace(/\r\n?/g, "\n") : own;
  }

  #lines(text: string): Event[] {
    const events: Event[] = [];
    let start = 0;
    while (start < text.length) {
      const end = text.indexOf("\n", start);
      if (end > start) {
        this.#line(text, start, end);
      } else {
        if (this.#data !== undefined) {
          events.push({ data: this.#data, event: this.#event || "message", id: this.#id });
          this.#data = undefined;
        }
        this.#event = "";
      }
      start = end + 1;
    }
    return events;
  }

  #line(text: string, start: number, end: number): void {
    // Nearly every line of nearly every stream.
    if (text.startsWith("data: ", start)) {
      this.#add(text.slice(start + 6, end));
      return;
    }
    const line = text.slice(start, end);
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "data") {
      this.#add(value);
    } else if (name === "event") {
      this.#event = value;
    } else if (name === "id" && !value.includes("\0")) {
      this.#id = value;
    } else if (name === "retry" && /^[0-9]{1,15}$/.test(value)) {
      this.retry = Number(value);
    }
  }

  #add(value: string): void {
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    this.#weigh();
  }
}

/** Where the last line that has ended ends; 0 where none has. */
function lineEnd(bytes: Uint8Array): number {
  const last = bytes.lastIndexOf(LF) + 1;
  if (last === bytes.length) {
    return last;
  }
  const cr = bytes.subarray(last).lastIndexOf(CR) + 1;
  return cr === 0 ? last : last + cr;
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Whether an event's data is the mark that ends a streamed completion. */
export function isDone(data: string): boolean {
  return data.length < 32 && data.trim() === "[DONE]";
}
