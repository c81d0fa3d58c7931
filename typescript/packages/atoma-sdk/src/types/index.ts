export type { Result } from "./fp.js";
