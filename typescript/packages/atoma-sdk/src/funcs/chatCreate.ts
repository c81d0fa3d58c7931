import { findFault } from "dragoman";
import type { AtomaSDKCore } from "../core.js";
import { readable } from "../lib/inbound.js";
import { bodyOf } from "../lib/outbound.js";
import type { Answer, ChatError, RequestOptions } from "../lib/sdks.js";
import type { ChatCompletionResponse, CreateChatCompletionRequest } from "../models/components/index.js";
import { SDKValidationError } from "../models/errors/sdkvalidationerror.js";
import type { Result } from "../types/fp.js";

const OPERATION = { id: "chat_completions_create", accept: "application/json" } as const;

/** Asks for an answer in one piece. Never throws: what fails is the result's error. */
export function chatCreate(
  client: AtomaSDKCore,
  request: CreateChatCompletionRequest,
  options?: RequestOptions,
): Promise<Result<ChatCompletionResponse, ChatError>> {
  return client._call(OPERATION, () => bodyOf(request, false), options, completion);
}

async function completion(answer: Answer): Promise<ChatCompletionResponse> {
  const text = await answer.response.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SDKValidationError("Response validation failed", cause, text);
  }
  const fault = findFault(value);
  if (fault !== undefined) {
    throw answer.refusal("API error occurred", text, { statusCode: fault.status });
  }
  try {
    return readable(value) as unknown as ChatCompletionResponse;
  } catch (cause) {
    throw new SDKValidationError("Response validation failed", cause, value);
  }
}
