/** A streamed answer as it is read: an HTTP body to what its events mean. Reads the body it is given. */

import { Decoder, type Event, isDone } from "./sse.js";

/** How long a server may take to end a body after `[DONE]` before its connection is given up, in milliseconds. */
const GRACE = 1000;

/** What the events of a stream mean to whoever reads it. */
export interface Meaning<T> {
  /**
   * The value an event stands for; `undefined` passes over it; what it throws ends the stream.
   *
   * @param cut Whether the body ended before the event's blank line: some servers leave out the last one.
   */
  read(event: Event, cut: boolean): T | undefined;
  /** Why the proper end of the body, without `[DONE]`, is too early; `undefined` where the answer is whole. */
  early(): Error | undefined;
  /** The error that a body which breaks off is. */
  broke(cause: unknown): Error;
}

/**
 * The values of a stream, one after the other, as they arrive. For one pass: a second loop goes on where the first
 * one stopped, and finds nothing once it was left early, because leaving cancels the body.
 */
export class Stream<T> implements AsyncIterableIterator<T> {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #meaning: Meaning<T>;
  readonly #decoder = new Decoder();
  #events: Event[] = [];
  #at = 0;
  #ended = false;
  #over = false;
  #reading: Promise<unknown> | undefined;

  constructor(body: ReadableStream<Uint8Array>, meaning: Meaning<T>) {
    this.#reader = body.getReader();
    this.#meaning = meaning;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next value, from what has arrived or as soon as it does. */
  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#reading !== undefined) {
      // Someone asks ahead: answers come in the order of the questions.
      const again = () => this.next();
      return this.#reading.then(again, again);
    }
    try {
      const result = this.#take();
      if (result !== undefined) {
        return Promise.resolve(result);
      }
    } catch (error) {
      return Promise.reject(error);
    }
    const pulled = this.#pull();
    this.#reading = pulled;
    return pulled;
  }

  /** Leaves the stream: what is still to come is not wanted, and the server is told so. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#leave();
    return Promise.resolve({ value: undefined, done: true });
  }

  /** The next value among the events that have arrived. */
  #take(): IteratorResult<T, undefined> | undefined {
    while (!this.#over && this.#at < this.#events.length) {
      const event = this.#events[this.#at++] as Event;
      if (isDone(event.data)) {
        this.#settle();
        break;
      }
      try {
        const value = this.#meaning.read(event, this.#ended);
        if (value !== undefined) {
          return { value, done: false };
        }
      } catch (error) {
        this.#leave();
        throw error;
      }
    }
    return this.#over ? { value: undefined, done: true } : undefined;
  }

  async #pull(): Promise<IteratorResult<T, undefined>> {
    try {
      for (;;) {
        await this.#receive();
        const result = this.#take();
        if (result !== undefined) {
          return result;
        }
      }
    } finally {
      this.#reading = undefined;
    }
  }

  async #receive(): Promise<void> {
    try {
      const { value, done } = await this.#reader.read();
      this.#ended = done;
      this.#events = value === undefined ? [] : this.#decoder.feed(value);
    } catch (cause) {
      if (!this.#over) {
        this.#leave();
        throw this.#meaning.broke(cause);
      }
    }
    this.#at = 0;
    if (this.#ended && !this.#over) {
      this.#end();
    }
  }

  /** Takes the proper end of the body. */
  #end(): void {
    const last = this.#decoder.rest();
    if (last === undefined) {
      this.#over = true;
      const early = this.#meaning.early();
      if (early !== undefined) {
        throw early;
      }
    } else {
      this.#events = [last];
    }
  }

  #leave(): void {
    if (!this.#over) {
      this.#over = true;
      this.#reader.cancel().catch(() => undefined);
    }
  }

  /** After `[DONE]` nobody waits, but a body read to its end leaves a connection that serves the next call. */
  #settle(): void {
    this.#over = true;
    const cancel = () => this.#reader.cancel().catch(() => undefined);
    const timer = setTimeout(cancel, GRACE);
    this.#reader
      .read()
      .then(
        ({ done }) => (done ? undefined : cancel()),
        () => undefined,
      )
      .finally(() => clearTimeout(timer));
  }
}
