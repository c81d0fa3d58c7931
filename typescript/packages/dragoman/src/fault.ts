/** Whether a decoded body is an error, whatever its vendor's shape. No I/O. */

/** What an error's body says of it beside its words. */
export interface Fault {
  /** The HTTP status it claims, which inside a stream is the only one that tells of the failure. */
  readonly status: number | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const STATUSES = ["status", "code", "status_code", "statusCode"];

/** The fault in a decoded JSON value; `undefined` where the value is no error. */
export function findFault(value: unknown): Fault | undefined {
  if (!isFields(value) || !value["error"]) {
    return undefined;
  }
  const places: Fields[] = isFields(value["error"]) ? [value["error"], value] : [value];
  const claims = places.flatMap((place) => STATUSES.map((name) => String(place[name])));
  const claim = claims.find((text) => /^[45]\d\d$/.test(text));
  return { status: claim === undefined ? undefined : Number(claim) };
}

/** Whether a decoded JSON value is an object with names. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
