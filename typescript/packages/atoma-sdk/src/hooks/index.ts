export * from "./hooks.js";
export type * from "./types.js";
