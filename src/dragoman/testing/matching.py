"""Whether a request is the one that was recorded, and in what it is not. No I/O."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any, cast

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dragoman.testing.tape import Told


def without(told: Told, paths: Iterable[str]) -> Told:
    """A request without some fields of its JSON body; a path is names with dots between, `metadata.id`."""
    body = msgspec.json.decode(msgspec.json.encode(told.json))
    for path in paths:
        *way, last = path.split(".")
        place: Any = body
        for name in way:
            place = cast("dict[str, Any]", place).get(name) if isinstance(place, dict) else None
        if isinstance(place, dict):
            cast("dict[str, Any]", place).pop(last, None)
    return msgspec.structs.replace(told, json=body)


def difference(asked: Told, recorded: Sequence[Told]) -> str:
    """How a request differs from the nearest that is recorded, line by line; and from none, that there is none."""
    wanted = _lines(asked)
    best: tuple[float, list[str]] = (-1.0, [])
    for told in recorded:
        lines = _lines(told)
        likeness = difflib.SequenceMatcher(None, lines, wanted).ratio()
        best = max(best, (likeness, lines))
    if not best[1]:
        return "nothing is left that was recorded"
    return "\n".join(difflib.unified_diff(best[1], wanted, "recorded", "asked", lineterm="", n=2))


def _lines(told: Told) -> list[str]:
    body = told.text or told.base64
    if told.json is not None:
        body = json.dumps(told.json, indent=2, sort_keys=True, ensure_ascii=False)
    return [f"{told.method} {told.target}", *body.splitlines()]
