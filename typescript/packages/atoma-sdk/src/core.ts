/** The least there is of a client: what standalone functions take. */

import { ClientSDK } from "./lib/sdks.js";

/** A client for standalone functions: one may serve a whole program. */
export class AtomaSDKCore extends ClientSDK {}
