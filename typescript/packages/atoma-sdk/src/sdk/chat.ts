import type { AtomaSDKCore } from "../core.js";
import { chatCreate } from "../funcs/chatCreate.js";
import { chatCreateStream } from "../funcs/chatCreateStream.js";
import type { EventStream } from "../lib/event-streams.js";
import type { RequestOptions } from "../lib/sdks.js";
import type * as components from "../models/components/index.js";
import { unwrapAsync } from "../types/fp.js";

/** Chat completions. */
export class Chat {
  readonly #client: AtomaSDKCore;

  constructor(client: AtomaSDKCore) {
    this.#client = client;
  }

  /**
   * Asks for an answer in one piece.
   *
   * @throws Any of the package's errors: see `atoma-sdk/models/errors`.
   */
  create(
    request: components.CreateChatCompletionRequest,
    options?: RequestOptions,
  ): Promise<components.ChatCompletionResponse> {
    return unwrapAsync(chatCreate(this.#client, request, options));
  }

  /**
   * Asks for an answer as it is generated.
   *
   * @throws Any of the package's errors, here before the stream begins, and where it is read after.
   */
  createStream(
    request: components.CreateChatCompletionStreamRequest,
    options?: RequestOptions,
  ): Promise<EventStream<components.ChatCompletionStreamResponse>> {
    return unwrapAsync(chatCreateStream(this.#client, request, options));
  }
}
