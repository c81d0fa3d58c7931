"""A chat request said in another API's words, and what is declared of an upstream that has them. No I/O."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Json = dict[str, Any]


class Manner(Struct, frozen=True, kw_only=True):
    """What is declared of an upstream that speaks another API.

    Attributes:
        parameters: what becomes of a field it has no word for: `refuse`, `drop`, or `pass` it as it is.
        max_tokens: the most tokens to ask for where the caller sets no bound and the API wants one, as Anthropic's
            does; 0 is what suits the model.
        schemas: how an answer is held to a JSON Schema by Anthropic's API: by its own `format`, by a forced `tool`, or
            `auto`, whichever the model takes.
    """

    parameters: Literal["refuse", "drop", "pass"] = "refuse"
    max_tokens: int = 0
    schemas: Literal["auto", "format", "tool"] = "auto"


class Spoken(Struct, frozen=True):
    """A request in another API's words.

    Attributes:
        path: where it goes, from the upstream's address on.
        body: the request.
        changes: what was changed of the chat request: a path, a colon, and what became of it.
        answer: the tool whose input is the answer in JSON; empty where the answer is text.
    """

    path: str
    body: Json
    changes: tuple[str, ...]
    answer: str = ""
