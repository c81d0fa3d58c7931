/** What a call looks like on the wire, for whoever is looking for a fault. Credentials are never shown. */

import { isSecret, MASK, masked } from "dragoman";

/** Where it is written: `console`, or anything with these three of its methods. */
export interface Logger {
  group(label?: string): void;
  groupEnd(): void;
  log(message: unknown, ...args: unknown[]): void;
}

/** Writes a request down. */
export async function logRequest(logger: Logger, request: Request): Promise<void> {
  logger.group(`> Request: ${request.method} ${request.url}`);
  logHeaders(logger, request.headers);
  await logBody(logger, request);
  logger.groupEnd();
}

/** Writes an answer down; of a stream only that it is one. */
export async function logResponse(logger: Logger, response: Response, request: Request): Promise<void> {
  logger.group(`< Response: ${request.method} ${request.url}`);
  logger.log("Status Code:", response.status, response.statusText);
  logHeaders(logger, response.headers);
  await logBody(logger, response, request.headers.get("authorization") ?? undefined);
  logger.groupEnd();
}

function logHeaders(logger: Logger, headers: Headers): void {
  logger.group("Headers:");
  headers.forEach((value, name) => {
    logger.log(`${name}: ${isSecret(name) ? MASK : value}`);
  });
  logger.groupEnd();
}

async function logBody(logger: Logger, message: Request | Response, credential?: string): Promise<void> {
  logger.group("Body:");
  const type = message.headers.get("content-type") ?? "";
  if (/^application\/(.+\+)?json|^text\/(?!event-stream)/i.test(type)) {
    try {
      const text = masked(await message.clone().text(), credential);
      logger.log(type.startsWith("text/") ? text : JSON.parse(text));
    } catch (error) {
      logger.log("cannot be shown:", `${error}`);
    }
  } else {
    logger.log(`<${type}>`);
  }
  logger.groupEnd();
}
