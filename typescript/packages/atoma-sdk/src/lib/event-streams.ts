/** A streamed answer as a program holds it. */

import { type Meaning, Stream } from "dragoman";

/** One event of a stream. */
export type ServerEvent<T> = {
  data?: T | undefined;
  event?: string | undefined;
  retry?: number | undefined;
  id?: string | undefined;
};

/** How a stream is made: from a body, and from what its events mean. */
export interface EventStreamInit<Event> {
  /** The body. */
  stream: ReadableStream<Uint8Array>;
  /** What an event stands for; `undefined` passes over it; what it throws ends the stream. */
  decoder: (event: ServerEvent<string>, cut: boolean) => Event | undefined;
  /** Why a proper end without `[DONE]` is too early; never by default. */
  early?: Meaning<Event>["early"] | undefined;
  /** The error that a body which breaks off is; what `fetch` threw by default. */
  broke?: Meaning<Event>["broke"] | undefined;
}

/**
 * The events of a streamed answer, as they arrive, for one `for await`. It ends at `[DONE]`, or at the proper end of
 * an answer that is whole; to leave it early cancels the answer. An error inside it, and a connection that is cut, are
 * thrown.
 */
export class EventStream<Event extends ServerEvent<unknown>> implements AsyncIterable<Event> {
  readonly #events: Stream<Event>;

  constructor(init: EventStreamInit<Event>) {
    this.#events = new Stream(init.stream, {
      read: init.decoder,
      early: init.early ?? (() => undefined),
      broke: init.broke ?? ((cause) => cause as Error),
    });
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Event> {
    return this.#events;
  }
}
