import { ClientSDK } from "../lib/sdks.js";
import { Chat } from "./chat.js";

/** A client whose operations are methods. */
export class AtomaSDK extends ClientSDK {
  #chat: Chat | undefined;

  /** Chat completions. */
  get chat(): Chat {
    this.#chat ??= new Chat(this);
    return this.#chat;
  }
}
