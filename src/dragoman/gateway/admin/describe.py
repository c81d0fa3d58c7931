"""The admin API's part of the endpoint's own description, and that of `/metrics`. No I/O."""

from __future__ import annotations

from dragoman.gateway import examples
from dragoman.gateway.admin.ask import LARGEST_PAGE, PAGE
from dragoman.gateway.admin.keys import NewKey, Rotation
from dragoman.gateway.describe import KNOWN, Json, an_object, array, faults, parameter, reference, taken, told
from dragoman.gateway.explain import Remembered
from dragoman.gateway.keys.key import Key

TYPES = (NewKey, Rotation, Key, Remembered)
"""Those of its documents that are types of ours."""

STATE: Json = {"type": "string", "enum": ["active", "expired", "revoked"]}

_WRONG = ("400", "401", "403", "404", "default")


def paths() -> Json:
    """Its paths."""
    return {
        "/admin/keys": {"post": _create(), "get": _list()},
        "/admin/keys/{id}/rotate": {"post": _rotate()},
        "/admin/keys/{id}": {"delete": _revoke()},
        "/admin/usage": {"get": _usage()},
        "/admin/requests/{id}": {"get": _explain()},
        "/admin/upstreams": {"get": _upstreams()},
        "/admin/config": {"get": _config()},
        "/admin/reload": {"post": _reload()},
        "/metrics": {"get": _metrics()},
    }


def _create() -> Json:
    return {
        "operationId": "createKey",
        "summary": "Make a key",
        "description": "The secret is in this answer, and in no other.",
        "requestBody": taken(reference("NewKey"), examples.KEY),
        "responses": {"201": told("The key, with its secret.", _key(secret=True)), **faults("413", *_WRONG)},
    }


def _list() -> Json:
    size: Json = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE}
    return {
        "operationId": "listKeys",
        "summary": "List the keys",
        "description": "Each secret of each key, the oldest first.",
        "parameters": [
            parameter("owner", "This owner's only."),
            parameter("limit", "How many.", size),
            parameter("after", "The `row` of the last one that is known: those after it."),
        ],
        "responses": {
            "200": told("The keys.", an_object(data=array(_key()), has_more={"type": "boolean"})),
            **faults(*_WRONG),
        },
    }


def _rotate() -> Json:
    return {
        "operationId": "rotateKey",
        "summary": "Give a key another secret",
        "description": "The secret is in this answer, and in no other. Limits, and what was used of them, stay.",
        "parameters": [_id("The key's id.")],
        "requestBody": taken(reference("Rotation"), examples.ROTATION, required=False),
        "responses": {"200": told("The key, with its new secret.", _key(secret=True)), **faults("413", *_WRONG)},
    }


def _revoke() -> Json:
    return {
        "operationId": "revokeKey",
        "summary": "Let a key work no more",
        "description": "With all its secrets; every worker and replica refuses it within 5 seconds.",
        "parameters": [_id("The key's id.")],
        "responses": {"200": told("Its secrets.", an_object(data=array(_key()))), **faults(*_WRONG)},
    }


def _usage() -> Json:
    answer = told("The sums, group by group.", an_object(by=array({"type": "string"}), data=array({"type": "object"})))
    answer["content"]["text/csv"] = answer["content"]["application/jsonl"] = {"schema": {"type": "string"}}
    formats: Json = {"type": "string", "enum": ["json", "csv", "jsonl"]}
    return {
        "operationId": "getUsage",
        "summary": "Say who used what",
        "description": "As `dragoman usage` does. `docs/gateway/ledger.md` says what each column is.",
        "parameters": [
            parameter(
                "by",
                "What to add up by: key, owner, model, asked, upstream, day, end_reason, tokens_from, or several of "
                "them.",
            ),
            parameter("since", "From this day or moment on; UTC where it does not say."),
            parameter("until", "Before this day or moment."),
            parameter("key", "Of this key only."),
            parameter("owner", "Of this owner's keys only."),
            parameter("model", "Of this model only."),
            parameter("format", "How it is written.", formats),
            parameter("requests", "Each request instead of sums, as csv or jsonl.", {"type": "boolean"}),
        ],
        "responses": {"200": answer, **faults(*_WRONG)},
    }


def _explain() -> Json:
    return {
        "operationId": "explainRequest",
        "summary": "Say what became of a request",
        "description": "Its entries in the ledger, each with its attempts, and its refusals as far as this process "
        "remembers them; the newest first, since callers may give a name twice.",
        "parameters": [_id("The request's name: `x-request-id`.")],
        "responses": {"200": told("What is known of it.", KNOWN), **faults(*_WRONG)},
    }


def _upstreams() -> Json:
    circuit: Json = {"type": "string", "enum": ["closed", "open", "probing"]}
    limited: Json = {
        "type": "object",
        "additionalProperties": {"type": "number"},
        "description": "Seconds for which models are left alone that have had too many requests.",
    }
    credential = an_object(
        {"seconds_left": {"type": "number"}, "limited": limited},
        **{"from": {"type": ["string", "null"]}, "circuit": circuit},
    )
    upstream = an_object(
        name={"type": "string"},
        busy={"type": "integer"},
        first_token_s={"type": ["number", "null"]},
        trouble={"type": ["string", "null"]},
        credentials=array(credential),
    )
    numbers: Json = {name: {"type": "integer"} for name in ("requests", "streams", "waiting")}
    return {
        "operationId": "listUpstreams",
        "summary": "Say how it stands with the upstreams",
        "description": "As the process that is asked sees them.",
        "responses": {
            "200": told("The upstreams.", an_object(data=array(upstream), under_way=an_object(**numbers))),
            **faults(*_WRONG),
        },
    }


def _config() -> Json:
    shown = told("The configuration.", {"type": "string"}, kind="application/toml")
    return {
        "operationId": "getConfiguration",
        "summary": "Show the configuration",
        "description": "All of it, defaults included; credentials by where they are.",
        "responses": {"200": shown, **faults(*_WRONG)},
    }


def _reload() -> Json:
    changed = told("What changed, a line each.", an_object(changed=array({"type": "string"})))
    wrong = told("The file cannot be used, and nothing changed; the message says why.", reference("FaultBody"))
    return {
        "operationId": "reloadConfiguration",
        "summary": "Read the configuration again",
        "description": "As SIGHUP does. Requests under way keep what they began with.",
        "responses": {"200": changed, "422": wrong, **faults(*_WRONG)},
    }


def _metrics() -> Json:
    text = told("The numbers.", {"type": "string"}, kind="text/plain")
    return {
        "operationId": "getMetrics",
        "summary": "Numbers for Prometheus",
        "description": "Of all workers of this machine. For admins, where there could be any.",
        "responses": {"200": text, **faults("401", "403", "default")},
    }


def _key(*, secret: bool = False) -> Json:
    more: Json = {"state": STATE} | ({"secret": {"type": "string"}} if secret else {})
    return {"allOf": [reference("Key"), an_object(**more)]}


def _id(description: str) -> Json:
    return parameter("id", description, place="path")
