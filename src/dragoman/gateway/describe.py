"""The words of an OpenAPI document: answers, faults, headers, parameters. No I/O."""

from __future__ import annotations

from typing import Any

from dragoman.wire.schema import REF

Json = dict[str, Any]

FAULTS = {
    "400": "The request is wrong as written; `param` says where.",
    "401": "The credential is missing or wrong, where one is asked for.",
    "403": "The caller may not ask this, or asks from a page of another site.",
    "404": "There is no such model or path.",
    "408": "The request took too long to arrive.",
    "413": "The request is larger than 32 MiB.",
    "415": "The body is packed in a way that is not undone here; `Accept-Encoding` says which are.",
    "422": "The upstream does not accept the request's values; or its `Idempotency-Key` was another request's.",
    "429": "Too many requests for now; `Retry-After` says when to come back.",
    "500": "The upstream failed, or the gateway did.",
    "502": "The upstream could not be reached, or broke off, or refuses the gateway's credential.",
    "503": "The upstream cannot answer for now.",
    "504": "The upstream took too long; or the request takes only what the cache keeps, and nothing is kept.",
    "default": "What else the upstream says, with its own status.",
}
"""What each status means, of those that come with an error body."""

HEADERS: Json = {
    "x-request-id": {
        "description": "The request's name in the log: the caller's own `x-request-id`, or a new one.",
        "schema": {"type": "string"},
    },
    "openai-processing-ms": {
        "description": "Milliseconds until the answer began.",
        "schema": {"type": "integer"},
    },
}
"""What every answer carries."""

RETRY: Json = {
    "retry-after": {
        "description": "Seconds to wait, where the upstream said so.",
        "schema": {"type": "integer"},
    },
    "x-should-retry": {
        "description": "Whether the same request may succeed later.",
        "schema": {"type": "string", "enum": ["true", "false"]},
    },
}
"""What answers with an upstream's error carry besides."""


EXPLAINED: Json = {
    "x-dragoman-attempts": {
        "description": "How many attempts at upstreams were made for this answer; 0 where none was.",
        "schema": {"type": "integer"},
    },
    "x-dragoman-upstream": {
        "description": "The upstream that gave the answer, or was the last to be asked.",
        "schema": {"type": "string"},
    },
    "x-dragoman-changed": {
        "description": "What of the request was changed on its way upstream.",
        "schema": {"type": "string"},
    },
}
"""What answers to requests for completions carry besides."""

CACHED: Json = {
    "x-dragoman-cache": {
        "description": "Where the route has a cache: an earlier answer is given again (`hit`), none was there "
        "(`miss`), or the request asked past it (`bypass`).",
        "schema": {"type": "string", "enum": ["hit", "miss", "bypass"]},
    },
    "age": {
        "description": "Of an earlier answer: seconds since it was given first.",
        "schema": {"type": "integer"},
    },
}
"""And these, where what was answered before may be given again."""

REPEATED: Json = {
    "x-dragoman-repeats": {
        "description": "For how many seconds the answer is gone on with when its caller is gone: whoever sends the "
        "request again, with the same `Idempotency-Key`, has it from its beginning.",
        "schema": {"type": "number"},
    },
    "idempotent-replayed": {
        "description": "The request was sent before, with the same `Idempotency-Key`: this is the answer to that one.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
"""And these, where requests may be sent again."""

LIMITS: Json = {
    f"x-ratelimit-{what}-{unit}": {
        "description": f"{words} {unit}, where the key has such a limit.",
        "schema": {"type": "string"} if what == "reset" else {"type": "integer"},
    }
    for what, words in (
        ("limit", "The limit of"),
        ("remaining", "What is left of the limit of"),
        ("reset", "How long it takes until nothing counts any more of the limit of"),
    )
    for unit in ("requests", "tokens")
}
"""And these, where the caller's key is limited."""

GUESSED: Json = {
    "x-dragoman-tokens-from": {
        "description": "`estimated` where nobody has counted the tokens.",
        "schema": {"type": "string", "enum": ["estimated"]},
    }
}
"""What answers say of a number that is a guess."""

SECURITY: Json = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of this gateway, where it asks for keys; `x-api-key` and `api-key` carry one as well.",
    }
}


def told(description: str, schema: Json, more: Json | None = None, kind: str = "application/json") -> Json:
    """An answer.

    Args:
        description: what it says.
        schema: its document's.
        more: headers beside those that every answer carries.
        kind: its content type.
    """
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS | (more or {})}
    return {"description": description, "headers": headers, "content": {kind: {"schema": schema}}}


def faults(*statuses: str, more: Json | None = None, schema: Json | None = None) -> Json:
    """The answers with these statuses, each with an error body."""
    body = schema or reference("FaultBody")
    return {status: told(FAULTS[status], body, RETRY | (more or {})) for status in statuses}


def taken(schema: Json, examples: Json, *, required: bool = True) -> Json:
    """What a request brings."""
    return {"required": required, "content": {"application/json": {"schema": schema, "examples": examples}}}


def parameter(name: str, description: str, schema: Json | None = None, *, place: str = "query") -> Json:
    """A parameter of the query, or of the path."""
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": description,
        "schema": schema or {"type": "string"},
    }


ONCE = parameter(
    "idempotency-key",
    "Where the gateway has `[repeats]` configured: a request that is sent again with the same one is worked on once, "
    "and answered as the first.",
    {"type": "string", "pattern": '^("[!#-~]{1,255}"|[!#-~]{1,255})$'},
    place="header",
)
"""What tells a request that is sent again from another that asks the same."""

PAST = parameter(
    "cache-control",
    "Of a route with a cache: `no-cache` asks anew, `no-store` has the answer not kept, `max-age` takes no answer that "
    "is older, and `only-if-cached` takes none that is not kept already (RFC 9111 §5.2.1).",
    place="header",
)
"""What a request says of it."""


def reference(name: str) -> Json:
    """A schema by its name."""
    return {"$ref": REF + name}


def an_object(optional: Json | None = None, **fields: Json) -> Json:
    """An object's schema.

    Args:
        optional: fields that need not be there.
        fields: those that are.
    """
    return {"type": "object", "properties": fields | (optional or {}), "required": list(fields)}


def array(items: Json) -> Json:
    """An array's schema."""
    return {"type": "array", "items": items}


KNOWN: Json = an_object(
    request={"type": "string"}, entries=array({"type": "object"}), refusals=array(reference("Remembered"))
)
"""What is known of a request."""
