import type { AtomaSDKCore } from "../core.js";
import { Chunks } from "../lib/chunks.js";
import { EventStream } from "../lib/event-streams.js";
import { bodyOf } from "../lib/outbound.js";
import type { Answer, ChatError, RequestOptions } from "../lib/sdks.js";
import type { ChatCompletionStreamResponse, CreateChatCompletionStreamRequest } from "../models/components/index.js";
import type { Result } from "../types/fp.js";

const OPERATION = { id: "chat_completions_create_stream", accept: "text/event-stream" } as const;

/**
 * Asks for an answer as it is generated. Never throws: what fails before the stream begins is the result's error;
 * what fails in it is thrown where it is read.
 */
export function chatCreateStream(
  client: AtomaSDKCore,
  request: CreateChatCompletionStreamRequest,
  options?: RequestOptions,
): Promise<Result<EventStream<ChatCompletionStreamResponse>, ChatError>> {
  return client._call(OPERATION, () => bodyOf(request, true), options, events);
}

async function events(answer: Answer): Promise<EventStream<ChatCompletionStreamResponse>> {
  const chunks = new Chunks(answer);
  return new EventStream({
    stream: answer.response.body ?? new ReadableStream({ start: (body) => body.close() }),
    decoder: (event, cut) => chunks.read(event, cut),
    early: () => chunks.early(),
    broke: (cause) => chunks.broke(cause),
  });
}
