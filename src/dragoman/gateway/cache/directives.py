"""What a caller says of the cache in its request's `Cache-Control` (RFC 9111 §5.2.1). No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dragoman.asgi import Header


class Directives(NamedTuple):
    """What a request asks for."""

    no_cache: bool = False
    """Not to be answered with what is kept; its answer is kept anew."""
    no_store: bool = False
    """Its answer is not to be kept."""
    max_age: float = float("inf")
    """Seconds: not to be answered with what is older."""
    only_if_cached: bool = False
    """Not to be answered with anything but what is kept."""


def directives_of(sent: Iterable[Header]) -> Directives:
    """The directives among a request's headers; those that nobody here knows change nothing."""
    said: dict[bytes, bytes] = {}
    for name, value in sent:
        if name == b"cache-control":
            for part in value.lower().split(b","):
                directive, _, argument = part.partition(b"=")
                said[directive.strip()] = argument.strip(b' \t"')
    if not said:
        return NOTHING
    age = said.get(b"max-age")
    # An age that cannot be read is taken for the strictest one.
    oldest = float("inf") if age is None else float(age) if age.isdigit() else 0.0
    return Directives(b"no-cache" in said, b"no-store" in said, oldest, b"only-if-cached" in said)


NOTHING = Directives()
