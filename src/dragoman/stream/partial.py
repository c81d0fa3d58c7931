"""The beginning of a JSON text as the value it is so far. No I/O."""

from __future__ import annotations

import re
from typing import cast

import msgspec

# Whatever structure is made of: strings whole or cut, brackets, commas, colons, and all else between them.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*("?)|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_CLOSING = {"[": "]", "{": "}"}
_DEEPEST = 200
"""How many brackets may be open: each token costs as much as there are, and no answer nests as deep."""

# What of a cut string is sure: no half of an escape, nor of a pair of escaped surrogates.
_SURE = re.compile(r'"(?:[^"\\]|\\["\\/bfnrt]|\\u(?![dD][89abAB])[\da-fA-F]{4}|\\u[\da-fA-F]{4}\\u[\da-fA-F]{4})*')


def read_partial(text: str, *, growing: bool = False) -> object:  # noqa: C901 - a branch for each kind of token
    """The value that a JSON text begins: what is whole of it, in lists and objects closed where the text ends.

    A string or a literal that the end cuts is left out, and so is the name before it; of a number there is what has
    arrived. Where the value is to be `growing`, a string is there as far as it goes, and a number only once it is
    whole. None where nothing whole has arrived, the text is no JSON, or it is nested too deep.
    """
    open_brackets: list[str] = []
    end = 0
    closing = ""
    named = False
    for token in _TOKEN.finditer(text):
        first = token[0][0]
        if first in _CLOSING:
            open_brackets.append(_CLOSING[first])
            named = False
            if len(open_brackets) > _DEEPEST:
                return None
        elif first in "]}":
            if not open_brackets or open_brackets.pop() != first:
                return None
        elif first == ":":
            named = True
            continue
        elif first == ",":
            named = False
            continue
        elif open_brackets[-1:] == ["}"] and not named:
            # A name whose value is to come.
            continue
        elif growing and first == '"' and not token[1]:
            sure = _SURE.match(token[0])
            return _decoded(text[: token.start()] + (sure[0] if sure else '"') + '"' + "".join(reversed(open_brackets)))
        elif not _is_whole(token) or (growing and token.end() == len(text) and first in "-0123456789"):
            continue
        end, closing = token.end(), "".join(reversed(open_brackets))
        named = False
    return _decoded(text[:end] + closing) if end else None


def _is_whole(token: re.Match[str]) -> bool:
    if token[0].startswith('"'):
        return token[1] == '"'
    return token[0] in {"true", "false", "null"} or _NUMBER.fullmatch(token[0]) is not None


def _decoded(text: str) -> object:
    try:
        return cast("object", msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError):
        return None
