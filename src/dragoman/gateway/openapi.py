"""The endpoint's own description: an OpenAPI 3.1 document, written from the wire types. Reads our own source only."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from dragoman.call.settings import VERSION
from dragoman.gateway import examples
from dragoman.gateway.admin.describe import TYPES, paths
from dragoman.gateway.describe import (
    CACHED,
    EXPLAINED,
    FAULTS,
    GUESSED,
    HEADERS,
    KNOWN,
    LIMITS,
    ONCE,
    PAST,
    REPEATED,
    RETRY,
    SECURITY,
    an_object,
    array,
    faults,
    parameter,
    reference,
    taken,
    told,
)
from dragoman.gateway.own import OwnKey
from dragoman.wire.card import ModelCard, ModelList
from dragoman.wire.chunk import Chunk
from dragoman.wire.completion import Completion
from dragoman.wire.embedding import EmbeddingRequest
from dragoman.wire.fault import FaultBody
from dragoman.wire.request import ChatRequest
from dragoman.wire.schema import components

if TYPE_CHECKING:
    from dragoman.gateway.describe import Json

_ANSWERED = EXPLAINED | CACHED | REPEATED | LIMITS

CHAT = (
    "Answers with one document, or, where `stream` is true in the payload, with server-sent events: a chunk in the "
    "data of each, and `[DONE]` in that of the last. With `stream_options.include_usage` the chunk before it has no "
    "choices and says the usage. A stream that fails ends with an event whose data is an error body, and without "
    "`[DONE]`. Comments keep a silent stream alive. Fields, and kinds of content and tools, that are not described "
    "here are passed on as they are."
)

COMPLETIONS = (
    "The older API: a prompt instead of messages, asked as a user's message. A `suffix`, an `echo`, tokens instead of "
    "text and `best_of` are refused. Streams are as those of chat completions."
)

EMBEDDINGS = (
    "Vectors of texts. What the upstream answers is passed on as it is, so that a route's candidates should be one "
    "model: vectors of two models cannot be compared. Fields that are not described here are passed on as they are."
)

MESSAGES = (
    "Anthropic's Messages API, whichever upstream answers: `docs/gateway/anthropic.md` says what becomes of what. "
    "Streams are its events, from `message_start` to `message_stop`, or to an `error`."
)

RESPONSES = (
    "OpenAI's Responses API, whichever upstream answers: `docs/gateway/responses.md` says what becomes of what. "
    "Nothing is kept: `input` is the whole conversation, and what refers to an earlier response is refused. Streams "
    "are its events, from `response.created` to `response.completed` or `response.incomplete`; one that fails ends "
    "with `response.failed` and `error`."
)

COUNTING = (
    "A model on this machine counts exactly, and Anthropic is asked. Of any other it is a guess by bytes, and "
    "the header `x-dragoman-tokens-from: estimated` says so."
)


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
            "description": "A chat-completions endpoint, in front of the model on this machine or of others.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            "/v1/chat/completions": {"post": _chat()},
            "/v1/completions": {"post": _completions()},
            "/v1/embeddings": {"post": _embeddings()},
            "/v1/messages": {"post": _messages()},
            "/v1/messages/count_tokens": {"post": _counting()},
            "/v1/responses": {"post": _responses()},
            "/v1/models": {"get": _models()},
            "/v1/models/{model}": {"get": _model()},
            "/v1/requests/{id}": {"get": _request()},
            "/v1/key": {"get": _key()},
            **paths(),
            "/healthz": {"get": _health()},
            "/readyz": {"get": _ready()},
        },
        "components": {
            "schemas": components(
                ChatRequest, EmbeddingRequest, Completion, Chunk, ModelList, ModelCard, FaultBody, OwnKey, *TYPES
            )
            | _FOREIGN,
            "headers": HEADERS | RETRY | EXPLAINED | CACHED | REPEATED | LIMITS | GUESSED,
            "securitySchemes": SECURITY,
        },
        # Whoever runs it without keys needs none.
        "security": [{"key": []}, {}],
    }


def _chat() -> Json:
    answer = told("The completion, or the stream of its chunks.", reference("Completion"), _ANSWERED)
    # OpenAPI 3.1 has no word for the items of a stream (3.2 has itemSchema): by custom the schema is an event's data.
    answer["content"]["text/event-stream"] = {"schema": reference("Chunk")}
    return {
        "operationId": "createChatCompletion",
        "summary": "Create a chat completion",
        "description": CHAT,
        "parameters": [ONCE, PAST],
        "requestBody": taken(reference("ChatRequest"), examples.CHAT),
        "responses": {"200": answer, **faults(*FAULTS, more=EXPLAINED | LIMITS)},
    }


def _completions() -> Json:
    answer = told("The completion, or the stream of its pieces.", {"type": "object"}, _ANSWERED)
    answer["content"]["text/event-stream"] = {"schema": {"type": "object"}}
    return {
        "operationId": "createCompletion",
        "summary": "Create a completion",
        "description": COMPLETIONS,
        "parameters": [ONCE, PAST],
        "requestBody": taken(reference("CompletionRequest"), examples.COMPLETIONS),
        "responses": {"200": answer, **faults(*FAULTS, more=EXPLAINED | LIMITS)},
    }


def _embeddings() -> Json:
    answer = told("The vectors, in the order of the inputs.", reference("EmbeddingList"), _ANSWERED)
    return {
        "operationId": "createEmbedding",
        "summary": "Create embeddings",
        "description": EMBEDDINGS,
        "parameters": [ONCE, PAST],
        "requestBody": taken(reference("EmbeddingRequest"), examples.EMBEDDINGS),
        "responses": {"200": answer, **faults(*FAULTS, more=EXPLAINED | LIMITS)},
    }


def _messages() -> Json:
    answer = told("The message, or the stream of its events.", {"type": "object"}, _ANSWERED)
    answer["content"]["text/event-stream"] = {"schema": {"type": "object"}}
    wrong = faults(*FAULTS, more=EXPLAINED | LIMITS, schema=reference("MessagesFault"))
    return {
        "operationId": "createMessage",
        "summary": "Create a message",
        "description": MESSAGES,
        "parameters": [ONCE, PAST],
        "requestBody": taken(reference("MessagesRequest"), examples.MESSAGES),
        "responses": {"200": answer, **wrong},
    }


def _responses() -> Json:
    answer = told("The response, or the stream of its events.", {"type": "object"}, EXPLAINED | LIMITS)
    answer["content"]["text/event-stream"] = {"schema": {"type": "object"}}
    return {
        "operationId": "createResponse",
        "summary": "Create a response",
        "description": RESPONSES,
        "requestBody": taken(reference("ResponsesRequest"), examples.RESPONSES),
        "responses": {"200": answer, **faults(*FAULTS, more=EXPLAINED | LIMITS)},
    }


def _counting() -> Json:
    more = EXPLAINED | LIMITS | GUESSED
    answer = told("How many tokens its prompt has.", an_object(input_tokens={"type": "integer"}), more)
    body = reference("MessagesFault")
    return {
        "operationId": "countTokens",
        "summary": "Count the tokens of a message's prompt",
        "description": COUNTING,
        "requestBody": taken(reference("CountRequest"), examples.COUNTING),
        "responses": {"200": answer, **faults(*FAULTS, more=EXPLAINED | LIMITS, schema=body)},
    }


def _models() -> Json:
    return {
        "operationId": "listModels",
        "summary": "List the models",
        "responses": {
            "200": told("All models that the caller may ask for.", reference("ModelList")),
            **faults("401", "500", "502", "503", "504", "default"),
        },
    }


def _model() -> Json:
    return {
        "operationId": "retrieveModel",
        "summary": "Look a model up",
        "parameters": [parameter("model", "The model's name; it may hold slashes.", place="path")],
        "responses": {
            "200": told("The model.", reference("ModelCard")),
            **faults("401", "404", "500", "502", "503", "504", "default"),
        },
    }


def _request() -> Json:
    return {
        "operationId": "retrieveRequest",
        "summary": "Say what became of a request of one's own",
        "description": "Its entries in the ledger, as soon as they have ended, and its refusals as far as this process "
        "remembers them: how it ended, what it used, and what it cost in millionths of a US dollar, also where the "
        "answer never arrived. What other keys asked by that name is not in it.",
        "parameters": [parameter("id", "The request's name: `x-request-id`.", place="path")],
        "responses": {
            "200": told("What is known of it.", KNOWN),
            **faults("401", "403", "404", "500", "502", "503", "504", "default"),
        },
    }


def _key() -> Json:
    return {
        "operationId": "retrieveOwnKey",
        "summary": "Say what the key that asks may do, and how much of that is left",
        "description": "Nothing is taken of its limits by asking.",
        "responses": {
            "200": told("The key.", reference("OwnKey")),
            **faults("401", "403", "404", "500", "503", "default"),
        },
    }


def _health() -> Json:
    healthy = an_object({"requests": {"type": "object"}}, status={"type": "string", "enum": ["ok"]})
    return {
        "operationId": "getHealth",
        "summary": "Is the process alive?",
        "security": [{}],
        "responses": {"200": told("It is; whoever may know is told what it has served.", healthy)},
    }


def _ready() -> Json:
    notes: Json = {"upstreams": {"type": "object"}, "store": {"type": "string"}}
    ready = an_object(notes, status={"type": "string", "enum": ["ready"]})
    not_ready = an_object({"reason": {"type": "string"}, **notes}, status={"type": "string", "enum": ["not ready"]})
    return {
        "operationId": "getReadiness",
        "summary": "Can requests be answered?",
        "security": [{}],
        "responses": {
            "200": told("They can.", ready),
            "503": told("They cannot; whoever may know is told why.", not_ready),
        },
    }


_ASKED: Json = {
    "model": {"type": "string", "description": "The model to ask."},
    "messages": {**array({"type": "object"}), "minItems": 1, "description": "The conversation so far."},
    "system": {"description": "Instructions: a text, or blocks of text."},
    "tools": {**array({"type": "object"}), "description": "What the model may call."},
}
_LONGEST: Json = {"type": "integer", "minimum": 1, "description": "The most tokens of the answer."}
_STREAM: Json = {"type": "boolean", "description": "Whether the answer comes as events."}
_PROMPT: Json = {"type": "string", "description": "What to answer."}

_FOREIGN: Json = {
    "CompletionRequest": {
        "description": "A request of the older API.",
        **an_object({"max_tokens": _LONGEST, "stream": _STREAM}, model=_ASKED["model"], prompt=_PROMPT),
    },
    "EmbeddingList": {
        "description": "Embeddings: a vector for each input.",
        **an_object(
            object={"type": "string", "enum": ["list"]},
            data=array(
                an_object(
                    object={"type": "string", "enum": ["embedding"]},
                    index={"type": "integer", "description": "The input's place among them, from 0."},
                    embedding={
                        "anyOf": [array({"type": "number"}), {"type": "string"}],
                        "description": "The vector: its numbers, or the base64 of them as 32 bits, little-endian.",
                    },
                )
            ),
            model={"type": "string", "description": "Which model made them."},
            usage=an_object(prompt_tokens={"type": "integer"}, total_tokens={"type": "integer"}),
        ),
    },
    "MessagesRequest": {
        "description": "A request of Anthropic's Messages API. What is not described here is heard as that API has it.",
        **an_object(
            {"system": _ASKED["system"], "tools": _ASKED["tools"], "stream": _STREAM},
            model=_ASKED["model"],
            messages=_ASKED["messages"],
            max_tokens=_LONGEST,
        ),
    },
    "ResponsesRequest": {
        "description": "A request of OpenAI's Responses API. What is not described here is heard as that API has it.",
        **an_object(
            {
                "instructions": {"type": "string", "description": "What the developer tells the model to do."},
                "max_output_tokens": _LONGEST,
                "tools": _ASKED["tools"],
                "stream": _STREAM,
            },
            model=_ASKED["model"],
            input={
                "anyOf": [{"type": "string"}, array({"type": "object"})],
                "description": "What to answer: a text, or the items of the whole conversation.",
            },
        ),
    },
    "CountRequest": {
        "description": "A prompt of Anthropic's Messages API.",
        **an_object(
            {"system": _ASKED["system"], "tools": _ASKED["tools"]},
            model=_ASKED["model"],
            messages=_ASKED["messages"],
        ),
    },
    "MessagesFault": {
        "description": "A fault in Anthropic's form.",
        **an_object(
            {"request_id": {"type": "string"}},
            type={"type": "string", "enum": ["error"]},
            error=an_object(type={"type": "string"}, message={"type": "string"}),
        ),
    },
}
"""The bodies of APIs whose types are not ours: what a caller of theirs has to say."""
