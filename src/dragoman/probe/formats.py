"""Checks of `response_format`: JSON, and of the schema, where a plain answer is neither. No I/O of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from dragoman.probe.answer import Whole, decoded
from dragoman.probe.check import Check
from dragoman.probe.finding import Found, honoured, ignored, quoted, unclear
from dragoman.probe.prompts import HELLO

if TYPE_CHECKING:
    from dragoman.probe.endpoint import Endpoint

LENGTH = 96
"""Tokens that a small object surely fits in."""

COLOURS = ("vermilion", "ultramarine")

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": [*COLOURS]}, "ripe": {"type": "boolean"}},
    "required": ["colour", "ripe"],
    "additionalProperties": False,
}
"""Nobody comes upon this by chance."""


def json_object(endpoint: Endpoint) -> Found:
    """Whether an answer is a JSON object where a plain one is none."""
    plain = endpoint.baseline(HELLO, **endpoint.cold)
    whole = endpoint.chat(HELLO, LENGTH, **endpoint.cold, response_format={"type": "json_object"})
    if isinstance(decoded(whole.text.encode()), dict):
        if isinstance(decoded(plain.text.encode()), dict):
            return unclear(f"a plain answer is an object too: {quoted(plain.text)}")
        return honoured(f"{quoted(whole.text)} where a plain answer is {quoted(plain.text)}")
    return _no_object(whole)


def json_schema(endpoint: Endpoint) -> Found:
    """Whether an answer is of a strict schema that nothing in the prompt speaks of."""
    named = {"name": "fruit", "strict": True, "schema": SCHEMA}
    form = {"type": "json_schema", "json_schema": named}
    whole = endpoint.chat(HELLO, LENGTH, **endpoint.cold, response_format=form)
    value = decoded(whole.text.encode())
    if not isinstance(value, dict):
        return _no_object(whole)
    fruit = cast("dict[str, object]", value)
    if fruit.keys() == {"colour", "ripe"} and fruit["colour"] in COLOURS and isinstance(fruit["ripe"], bool):
        return honoured(f"{quoted(whole.text)} is of the schema")
    return ignored(f"{quoted(whole.text)} is not of the schema")


def _no_object(whole: Whole) -> Found:
    if whole.finish == "length" and (not whole.text or whole.text.lstrip().startswith("{")):
        return unclear(f"cut at {LENGTH} tokens: {quoted(whole.text)}")
    return ignored(f"{quoted(whole.text)} is no JSON object")


CHECKS = (
    Check("json_object", "response_format", json_object),
    Check("json_schema", "response_format", json_schema),
)
