"""The endpoint's own description: an OpenAPI 3.1 document, written from the wire types."""

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
    "404": "There is no such model or path.",
    "413": "The request is larger than 32 MiB.",
    "422": "The upstream does not accept the request's values.",
    "429": "Too many requests for now; `Retry-After` says when to come back.",
    "500": "The upstream failed.",
    "502": "The upstream could not be reached, or broke off, or refuses the gateway's credential.",
    "503": "The upstream cannot answer for now.",
    "504": "The upstream took too long.",
}


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
            "/v1/models": {
                "get": _get("listModels", "List the models", "ModelList", "All models the upstream offers.")
            },
            "/v1/models/{model}": {"get": _model()},
            "/healthz": {
                "get": _health("getHealth", "Is the process alive?", "It is, and this is what it has served.")
            },
            "/readyz": {"get": _ready()},
        },
        "components": {"schemas": components(ChatRequest, Completion, Chunk, ModelList, ModelCard, FaultBody)},
    }


def _chat() -> Json:
    return {
        "operationId": "createChatCompletion",
        "summary": "Create a chat completion",
        "description": (
            "Answers with one document, or, where `stream` is true in the payload, with server-sent events: a chunk in "
            "the data of each, and `[DONE]` in that of the last. A stream that fails ends with an event whose data "
            "is an error body, and without `[DONE]`."
        ),
        "requestBody": {"required": True, "content": _json("ChatRequest")},
        "responses": {
            "200": {
                "description": "The completion, or the stream of its chunks.",
                "content": {**_json("Completion"), "text/event-stream": {"schema": {"$ref": REF + "Chunk"}}},
            },
            **_faults("400", "404", "413", "422", "429", "500", "502", "503", "504"),
        },
    }


def _model() -> Json:
    parameter = {
        "name": "model",
        "in": "path",
        "required": True,
        "description": "The model's name; it may hold slashes.",
        "schema": {"type": "string"},
    }
    return _get("retrieveModel", "Look a model up", "ModelCard", "The model.", "404") | {"parameters": [parameter]}


def _ready() -> Json:
    told = {"description": "It can.", "content": _anything()}
    not_yet = {"description": "It cannot; `reason` says why.", "content": _anything()}
    return {
        "operationId": "getReadiness",
        "summary": "Can the upstream answer?",
        "responses": {"200": told, "503": not_yet},
    }


def _health(operation: str, summary: str, description: str) -> Json:
    told = {"description": description, "content": _anything()}
    return {"operationId": operation, "summary": summary, "responses": {"200": told}}


def _get(operation: str, summary: str, schema: str, description: str, *faults: str) -> Json:
    told = {"description": description, "content": _json(schema)}
    return {"operationId": operation, "summary": summary, "responses": {"200": told, **_faults(*faults, "502", "504")}}


def _faults(*statuses: str) -> Json:
    return {status: {"description": FAULTS[status], "content": _json("FaultBody")} for status in statuses}


def _json(schema: str) -> Json:
    return {"application/json": {"schema": {"$ref": REF + schema}}}


def _anything() -> Json:
    return {"application/json": {"schema": {"type": "object"}}}
