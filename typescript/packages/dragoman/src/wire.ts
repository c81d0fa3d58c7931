/** What travels, under the names this API knows it by. Types only; written once, in spec/openapi.json. */

import type { components } from "./wire.gen.js";

type Schemas = components["schemas"];

/** What a caller asks. */
export type ChatRequest = Schemas["ChatRequest"];
/** A finished answer. */
export type Completion = Schemas["Completion"];
/** One of the answers asked for with `n`. */
export type Choice = Schemas["Choice"];
/** What the model said. */
export type Message = Schemas["Message"];
/** One step of a streamed answer. */
export type Chunk = Schemas["Chunk"];
/** What a chunk adds to one of the answers. */
export type ChunkChoice = Schemas["ChunkChoice"];
/** What a chunk adds to a message. */
export type Delta = Schemas["Delta"];
/** How many tokens an answer used. */
export type Usage = Schemas["Usage"];
/** What a stream carries beside the answer. */
export type StreamOptions = Schemas["StreamOptions"];
/** An error body. */
export type FaultBody = Schemas["FaultBody"];
