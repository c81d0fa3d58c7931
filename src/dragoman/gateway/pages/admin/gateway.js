// The admin API, asked with a credential that is kept here and nowhere else.

import { Fault, refused } from "../fault.js";

export class Gateway {
  #root;
  #credential;

  /**
   * @param {URL} root where the gateway is
   * @param {string} credential the admin's
   */
  constructor(root, credential) {
    this.#root = root;
    this.#credential = credential;
  }

  /**
   * Ask, whatever comes of it.
   *
   * @param {string} path below the root
   * @param {string} [method]
   * @param {object} [body]
   */
  async answer(path, method = "GET", body = undefined) {
    const headers = { authorization: `Bearer ${this.#credential}`, ...(body && { "content-type": "application/json" }) };
    const sent = { method, headers, body: body && JSON.stringify(body), cache: "no-store", credentials: "omit", redirect: "error" };
    try {
      return await fetch(new URL(path, this.#root), sent);
    } catch (error) {
      throw new Fault({ message: `The gateway does not answer: ${error.message}` });
    }
  }

  /**
   * Ask for what there is. The other arguments are those of `answer`.
   *
   * @param {"json" | "text" | "blob"} form
   * @throws {Fault} the gateway says no, or nothing
   */
  async get(form, ...asked) {
    const answer = await this.answer(...asked);
    if (!answer.ok) throw await refused(answer);
    return answer[form]();
  }
}
