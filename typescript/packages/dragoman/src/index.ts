/** What a chat-completions client is made of. */

export { pointedAt, variable } from "./environment.js";
export { type Clock, exchange, type Rules } from "./exchange.js";
export { type Failure, failureOf } from "./failure.js";
export { type Fault, findFault, isFields } from "./fault.js";
export { askedPause, BACKOFF, type Backoff, pause } from "./retry.js";
export { isSecret, MASK, masked } from "./secret.js";
export { BOUND, Decoder, type Event, EventTooLargeError, isDone } from "./sse.js";
export { type Meaning, Stream } from "./stream.js";
export type * from "./wire.js";
