/** What is asked. Types only. */

import type { ChatRequest } from "dragoman";
import type { Camel } from "./names.js";

/** A message of the conversation. */
export interface ChatCompletionMessage {
  /** What it says: text, or a list of parts spelled as on the wire; null beside tool calls. */
  content: string | Array<any> | null;
  /** Who says it: `system`, `developer`, `user`, `assistant`, `tool`, or the server's own. */
  role: string;
  /** The author's name. */
  name?: string | null | undefined;
  /** The calls the model asked for, spelled as on the wire. */
  toolCalls?: Array<any> | null | undefined;
  /** Which call a message of role `tool` answers. */
  toolCallId?: string | null | undefined;
  /** The older form of a tool call, spelled as on the wire. */
  functionCall?: any;
  /** Whatever else a server knows, under the name it has on the wire. */
  [field: string]: unknown;
}

/** The fields that both requests share and that are documented. */
interface Documented {
  /** The conversation so far. */
  messages: Array<ChatCompletionMessage>;
  /** Which model answers. */
  model: string;
  /** -2 to 2: lowers a token's likelihood by how often it has been used. */
  frequencyPenalty?: number | null | undefined;
  /** Whether, and which, function is called; the older form of `toolChoice`. */
  functionCall?: any;
  /** The functions there are to call; the older form of `tools`. */
  functions?: Array<any> | null | undefined;
  /** Token id to a bias of -100 (never) to 100 (only this). */
  logitBias?: { [token: string]: number } | null | undefined;
  /** The most tokens to generate. */
  maxTokens?: number | null | undefined;
  /** How many answers to generate. */
  n?: number | null | undefined;
  /** -2 to 2: lowers a token's likelihood once it has been used. */
  presencePenalty?: number | null | undefined;
  /** Text, JSON, or JSON that matches a schema, spelled as on the wire. */
  responseFormat?: any;
  /** The same seed and parameters give the same answer, as far as the server can. */
  seed?: number | null | undefined;
  /** Texts at which to stop; they are no part of the answer. */
  stop?: string | Array<string> | null | undefined;
  /** 0 to 2: how freely tokens are drawn. */
  temperature?: number | null | undefined;
  /** Whether, and which, tool is called, spelled as on the wire. */
  toolChoice?: any;
  /** The tools there are to call, spelled as on the wire. */
  tools?: Array<any> | null | undefined;
  /** Draws from the likeliest tokens that together have this probability. */
  topP?: number | null | undefined;
  /** Who asks, for the server's own purposes. */
  user?: string | null | undefined;
}

/** What the wire knows beyond the document, its names as TypeScript's. */
type Further = Omit<Camel<ChatRequest>, keyof Documented | "stream" | "streamOptions">;

interface Request extends Documented, Further {}

/** A request for an answer in one piece. */
export interface CreateChatCompletionRequest extends Request {
  /** False, which is the default: for a stream there is `createStream`. */
  stream?: boolean | null | undefined;
}

/** A request for an answer as it is generated. */
export interface CreateChatCompletionStreamRequest extends Request {
  /** True, which is the default. */
  stream?: boolean | undefined;
  /** What the stream carries beside the answer. */
  streamOptions?: { includeUsage?: boolean | undefined; includeObfuscation?: boolean | undefined } | null | undefined;
}
