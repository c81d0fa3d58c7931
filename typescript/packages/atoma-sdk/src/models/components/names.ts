/** The names of the wire as TypeScript's. Types only. */

/** `max_tokens` as `maxTokens`. */
export type CamelName<Name> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelName<Tail>>}`
  : Name;

/** An object of the wire with its own fields renamed, and what they hold as it is. */
export type Camel<T> = { [Name in keyof T as CamelName<Name>]: T[Name] | undefined };
