"""Checks of fields that change no answer, of nulls, and of a field that nobody knows. No I/O of their own."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from dragoman.probe.answer import CLIENT_ERRORS, OK, SERVER_ERRORS, declined
from dragoman.probe.check import Check
from dragoman.probe.finding import Found, broken, honoured, ignored
from dragoman.probe.prompts import HELLO

if TYPE_CHECKING:
    from dragoman.probe.endpoint import Endpoint

OPTIONAL = (
    *("frequency_penalty", "function_call", "functions", "logit_bias", "logprobs", "metadata", "n"),
    *("parallel_tool_calls", "presence_penalty", "response_format", "seed", "stop", "stream", "stream_options"),
    *("temperature", "tool_choice", "tools", "top_logprobs", "top_p", "user"),
)
"""The fields of the API document that may be left out, as SDKs send them where nothing was said."""


def carried(field: str, right: object, wrong: object, endpoint: Endpoint) -> Found:
    """Whether a field that no answer shows is read at all: the right type is taken, a wrong one is not."""
    taken: dict[str, Any] = {field: right}
    turned_down: dict[str, Any] = {field: wrong}
    endpoint.chat(HELLO, **taken)
    whole = endpoint.post(endpoint.body(HELLO, **turned_down))
    if whole.status == OK:
        return ignored(f"accepted, but so is {field}: {wrong!r}")
    if whole.status >= SERVER_ERRORS or whole.refusal is None:
        return broken(f"{field}: {wrong!r} is answered with {whole.told}")
    return honoured(f"accepted; {field}: {wrong!r} is refused: {whole.told}")


def nulls(endpoint: Endpoint) -> Found:
    """Whether null stands for nothing, wherever nothing need be said."""
    nothing: dict[str, Any] = dict.fromkeys(OPTIONAL)
    whole = endpoint.chat(HELLO, **nothing)
    return honoured(f"{len(OPTIONAL)} fields as null, finish_reason {whole.finish}")


def unknown(endpoint: Endpoint) -> Found:
    """What becomes of a field that nobody knows."""
    whole = endpoint.post(endpoint.body(HELLO, no_such_parameter=1))
    found = declined(whole)
    if found is None:
        return ignored("no_such_parameter was accepted")
    if CLIENT_ERRORS <= whole.status < SERVER_ERRORS and "no_such_parameter" in (whole.refusal or ""):
        return honoured(f"refused by name: {whole.told}")
    return found


CHECKS = (
    Check("user", "fields", functools.partial(carried, "user", "somebody", {"id": 1})),
    Check("metadata", "fields", functools.partial(carried, "metadata", {"made": "by a check"}, 1)),
    Check("nulls", "fields", nulls),
    Check("unknown", "fields", unknown),
)
