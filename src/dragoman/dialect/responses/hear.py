"""A request of OpenAI's Responses API as a chat request. No I/O.

Field by field `POST /v1/responses` of the API's reference. What chat has no word for is not lost: it travels in the
field `responses` of the chat request, for an upstream that speaks this API, and no other upstream sees it.
"""

from __future__ import annotations

import re
from typing import Any

from dragoman.dialect import ANTHROPIC, RESPONSES
from dragoman.dialect.form import refuse
from dragoman.dialect.private import CONTENT
from dragoman.dialect.responses.check import check
from dragoman.dialect.responses.tools import choice_of, tool_of
from dragoman.dialect.responses.turns import messages_of
from dragoman.errors import InvalidRequestError
from dragoman.wire.check import check_request

Json = dict[str, Any]

LOGPROBS = "message.output_text.logprobs"
"""What of `include` chat has a word for."""

_AS_IT_IS = (
    "model", "stream", "stream_options", "temperature", "top_p", "user", "service_tier", "safety_identifier",
    "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "moderation",
    # Not this API's own words, but those of servers that have it.
    "seed", "stop", "top_k", "min_p", "frequency_penalty", "presence_penalty", "logit_bias",
)  # fmt: skip
_HEARD = frozenset({
    *_AS_IT_IS, "background", "input", "max_output_tokens", "parallel_tool_calls", "reasoning", "store", "text",
    "tool_choice", "tools", "top_logprobs",
})  # fmt: skip
_PATHS = tuple(
    (re.compile(theirs), ours)
    for theirs, ours in (
        (r"max_completion_tokens$", "max_output_tokens"),
        (r"reasoning_effort$", "reasoning.effort"),
        (r"verbosity$", "text.verbosity"),
        (r"response_format(\.json_schema)?", "text.format"),
        (r"(tools\[\d+\])\.(?:function|custom)", r"\1"),
        (r"(tools\[\d+\]\.format)\.grammar", r"\1"),
        (r"(tool_choice)\.(?:function|custom|allowed_tools)", r"\1"),
    )
)


def hear(request: Json) -> tuple[Json, tuple[str, ...]]:
    """The chat request that a Responses request is, and what of it had to be changed.

    Raises:
        InvalidRequestError: it is none, or rests on what somebody would have to have kept; `param` says where.
    """
    check(request)
    given = {name: value for name, value in request.items() if value is not None}
    changes: list[str] = ["store: nothing is kept"] if given.get("store") else []
    chat: Json = {name: given[name] for name in _AS_IT_IS if name in given}
    private = {name: value for name, value in given.items() if name not in _HEARD}
    chat["messages"] = _messages(given, changes)
    if "max_output_tokens" in given:
        chat["max_completion_tokens"] = given["max_output_tokens"]
    _tools(given, chat)
    _how(given, chat, private)
    # Always there: that it is says that marks for this API may stand in the messages and the tools.
    chat[RESPONSES] = private
    if any(CONTENT in message for message in chat["messages"]):
        chat[ANTHROPIC] = {}
    try:
        check_request(chat)
    except InvalidRequestError as error:
        raise _as_written(error) from None
    return chat, tuple(changes)


def _messages(given: Json, changes: list[str]) -> list[Json]:
    said: Any = given["input"]
    items: list[Json] = [{"type": "message", "role": "user", "content": said}] if isinstance(said, str) else said
    messages = messages_of(items, changes)
    if not messages:
        refuse("input", "holds nothing that a model could answer")
    if given.get("instructions"):
        # They are no item of the input.
        messages.insert(0, {"role": "system", "content": given["instructions"], RESPONSES: []})
    return messages


def _tools(given: Json, chat: Json) -> None:
    # Clients say how to choose where there is nothing to choose among; servers of chat refuse that.
    if given.get("tools"):
        chat["tools"] = [tool_of(each) for each in given["tools"]]
        if "parallel_tool_calls" in given:
            chat["parallel_tool_calls"] = given["parallel_tool_calls"]
    choice = given.get("tool_choice")
    if choice is not None and (given.get("tools") or choice not in ("auto", "none")):
        chat["tool_choice"] = choice_of(choice)


def _how(given: Json, chat: Json, private: Json) -> None:
    """In what form to answer, how hard to think first, and what to say of the tokens."""
    text: Json = {name: value for name, value in given.get("text", {}).items() if value is not None}
    wanted: Json = text.pop("format", {})
    if wanted.get("type") == "json_schema":
        named = {name: value for name, value in wanted.items() if name != "type" and value is not None}
        chat["response_format"] = {"type": "json_schema", "json_schema": named}
    elif wanted:
        chat["response_format"] = wanted
    reasoning: Json = {name: value for name, value in given.get("reasoning", {}).items() if value is not None}
    for field, name, fields in (("verbosity", "verbosity", text), ("reasoning_effort", "effort", reasoning)):
        if name in fields:
            chat[field] = fields.pop(name)
    private |= {name: value for name, value in (("text", text), ("reasoning", reasoning)) if value}
    if given.get("top_logprobs") or LOGPROBS in given.get("include", ()):
        chat["logprobs"] = True
    if given.get("top_logprobs"):
        chat["top_logprobs"] = given["top_logprobs"]


def _as_written(error: InvalidRequestError) -> InvalidRequestError:
    """The same error with the path by which this API's callers know the place."""
    path = said = error.param or ""
    for theirs, ours in _PATHS:
        path = theirs.sub(ours, path, count=1) if theirs.match(path) else path
    return InvalidRequestError(str(error).replace(said, path, 1), param=path or None)
