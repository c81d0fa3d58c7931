/** What is answered: whole, and in chunks. Types only. */

import type { ChatCompletionMessage } from "./request.js";

/** An answer in one piece. */
export interface ChatCompletionResponse {
  /** The answers, as many as were asked for with `n`. */
  choices: Array<ChatCompletionChoice>;
  /** When it was begun, in seconds since 1970. */
  created: number;
  /** The server's name for it. */
  id: string;
  /** Which model answered. */
  model: string;
  /** `chat.completion`. */
  object?: string | undefined;
  /** The tier that served the request. */
  serviceTier?: string | null | undefined;
  /** Changes when the server's set-up does. */
  systemFingerprint?: string | null | undefined;
  /** How many tokens it used. */
  usage?: CompletionUsage | null | undefined;
  /** Whatever else the server said, under the name it has on the wire. */
  [field: string]: unknown;
}

/** One of the answers asked for with `n`. */
export interface ChatCompletionChoice {
  /** Why the model stopped: `stop`, `length`, `tool_calls`, or the server's own. */
  finishReason?: string | null | undefined;
  /** Which of the answers. */
  index: number;
  /** Log probabilities of its tokens, when the request asked for them, spelled as on the wire. */
  logprobs?: any;
  /** What the model said. */
  message: ChatCompletionAnswer;
  /** Whatever else the server said, under the name it has on the wire. */
  [field: string]: unknown;
}

/** What the model said: a message that can be appended to the next request, with all the server put in it. */
export interface ChatCompletionAnswer extends ChatCompletionMessage {
  /** Its text; null where it calls tools instead. */
  content: string | null;
  /** Why the model will not answer. */
  refusal?: string | null | undefined;
  /** What it thought before it answered, where the server shows that. */
  reasoningContent?: string | null | undefined;
}

/** How many tokens an answer used. */
export interface CompletionUsage {
  /** Those of the answer. */
  completionTokens: number;
  /** Those of the request. */
  promptTokens: number;
  /** Both together. */
  totalTokens: number;
  /** Of the answer's, how many were of which kind. */
  completionTokensDetails?: { [kind: string]: unknown } | null | undefined;
  /** Of the request's, how many were of which kind. */
  promptTokensDetails?: { [kind: string]: unknown } | null | undefined;
  /** Whatever else the server counted, under the name it has on the wire. */
  [field: string]: unknown;
}

/** One event of a streamed answer. */
export interface ChatCompletionStreamResponse {
  /** What it carries. */
  data: ChatCompletionChunk;
}

/** One step of a streamed answer. */
export interface ChatCompletionChunk {
  /** What it adds to each choice; empty in the chunk that says only the usage. */
  choices: Array<ChatCompletionChunkChoice>;
  /** When the answer was begun, in seconds since 1970. */
  created: number;
  /** The server's name for the answer, the same in all its chunks. */
  id: string;
  /** Which model answers. */
  model: string;
  /** `chat.completion.chunk`. */
  object?: string | undefined;
  /** The tier that serves the request. */
  serviceTier?: string | null | undefined;
  /** Changes when the server's set-up does. */
  systemFingerprint?: string | null | undefined;
  /** How many tokens the answer used: in one of the last chunks, where the server says. */
  usage?: CompletionUsage | null | undefined;
  /** Whatever else the server said, under the name it has on the wire. */
  [field: string]: unknown;
}

/** What a chunk adds to one of the answers. */
export interface ChatCompletionChunkChoice {
  /** What it adds. */
  delta: ChatCompletionChunkDelta;
  /** Why the model stopped; in the answer's last chunk only. */
  finishReason?: string | null | undefined;
  /** Which of the answers. */
  index: number;
  /** Log probabilities of its tokens, when the request asked for them, spelled as on the wire. */
  logprobs?: any;
  /** Whatever else the server said, under the name it has on the wire. */
  [field: string]: unknown;
}

/** What a chunk adds to a message. */
export interface ChatCompletionChunkDelta {
  /** More of its text. */
  content?: string | null | undefined;
  /** More of its function call, spelled as on the wire. */
  functionCall?: any;
  /** Who says it; in the answer's first chunk. */
  role?: string | null | undefined;
  /** More of its tool calls, spelled as on the wire. */
  toolCalls?: Array<any> | null | undefined;
  /** More of why the model will not answer. */
  refusal?: string | null | undefined;
  /** More of what the model thinks, where the server shows that. */
  reasoningContent?: string | null | undefined;
  /** Whatever else the server said, under the name it has on the wire. */
  [field: string]: unknown;
}
