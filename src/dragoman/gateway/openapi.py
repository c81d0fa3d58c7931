"""The endpoint's own description: an OpenAPI 3.1 document, written from the wire types. Reads our own source only."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from dragoman.call import VERSION
from dragoman.wire.card import ModelCard, ModelList
from dragoman.wire.chunk import Chunk
from dragoman.wire.completion import Completion
from dragoman.wire.fault import FaultBody
from dragoman.wire.request import ChatRequest
from dragoman.wire.schema import REF, components

Json = dict[str, Any]

FAULTS = {
    "400": "The request is wrong as written; `param` says where.",
    "401": "The credential is missing or wrong, where one is asked for.",
    "403": "The caller may not ask this, or asks from a page of another site.",
    "404": "There is no such model or path.",
    "408": "The request took too long to arrive.",
    "413": "The request is larger than 32 MiB.",
    "422": "The upstream does not accept the request's values.",
    "429": "Too many requests for now; `Retry-After` says when to come back.",
    "500": "The upstream failed, or the gateway did.",
    "502": "The upstream could not be reached, or broke off, or refuses the gateway's credential.",
    "503": "The upstream cannot answer for now.",
    "504": "The upstream took too long.",
    "default": "What else the upstream says, with its own status.",
}
"""What each status means, of those that come with an error body."""

CHAT = (
    "Answers with one document, or, where `stream` is true in the payload, with server-sent events: a chunk in the "
    "data of each, and `[DONE]` in that of the last. With `stream_options.include_usage` the chunk before it has no "
    "choices and says the usage. A stream that fails ends with an event whose data is an error body, and without "
    "`[DONE]`. Comments keep a silent stream alive. Fields, and kinds of content and tools, that are not described "
    "here are passed on as they are."
)

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


@cache
def document() -> bytes:
    """The document as JSON."""
    return msgspec.json.format(msgspec.json.encode(build()), indent=2)


def build() -> Json:
    """The document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "dragoman",
            "version": VERSION,
            "description": "A chat-completions endpoint, in front of the model on this machine or of another one.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            "/v1/chat/completions": {"post": _chat()},
            "/v1/models": {"get": _models()},
            "/v1/models/{model}": {"get": _model()},
            "/healthz": {"get": _health()},
            "/readyz": {"get": _ready()},
        },
        "components": {
            "schemas": components(ChatRequest, Completion, Chunk, ModelList, ModelCard, FaultBody),
            "headers": HEADERS | RETRY,
        },
    }


def _chat() -> Json:
    told = _told("The completion, or the stream of its chunks.", _reference("Completion"))
    # OpenAPI 3.1 has no word for the items of a stream (3.2 has itemSchema): by custom the schema is an event's data.
    told["content"]["text/event-stream"] = {"schema": _reference("Chunk")}
    return {
        "operationId": "createChatCompletion",
        "summary": "Create a chat completion",
        "description": CHAT,
        "requestBody": {"required": True, "content": {"application/json": {"schema": _reference("ChatRequest")}}},
        "responses": {"200": told, **_faults(*FAULTS)},
    }


def _models() -> Json:
    return {
        "operationId": "listModels",
        "summary": "List the models",
        "responses": {
            "200": _told("All models the upstream offers.", _reference("ModelList")),
            **_faults("500", "502", "503", "504", "default"),
        },
    }


def _model() -> Json:
    name = {
        "name": "model",
        "in": "path",
        "required": True,
        "description": "The model's name; it may hold slashes.",
        "schema": {"type": "string"},
    }
    return {
        "operationId": "retrieveModel",
        "summary": "Look a model up",
        "parameters": [name],
        "responses": {
            "200": _told("The model.", _reference("ModelCard")),
            **_faults("404", "500", "502", "503", "504", "default"),
        },
    }


def _health() -> Json:
    healthy = _object(status={"type": "string", "enum": ["ok"]}, requests={"type": "object"})
    return {
        "operationId": "getHealth",
        "summary": "Is the process alive?",
        "responses": {"200": _told("It is, and this is what it has served.", healthy)},
    }


def _ready() -> Json:
    ready = _object(status={"type": "string", "enum": ["ready"]})
    not_ready = _object(status={"type": "string", "enum": ["not ready"]}, reason={"type": "string"})
    return {
        "operationId": "getReadiness",
        "summary": "Can the upstream answer?",
        "responses": {"200": _told("It can.", ready), "503": _told("It cannot; `reason` says why.", not_ready)},
    }


def _told(description: str, schema: Json, more: Json | None = None) -> Json:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS | (more or {})}
    return {"description": description, "headers": headers, "content": {"application/json": {"schema": schema}}}


def _faults(*statuses: str) -> Json:
    return {status: _told(FAULTS[status], _reference("FaultBody"), RETRY) for status in statuses}


def _reference(name: str) -> Json:
    return {"$ref": REF + name}


def _object(**fields: Json) -> Json:
    return {"type": "object", "properties": fields, "required": list(fields)}
