"""The service tier of a request: what has its tokens cost otherwise than prices are listed. No I/O.

Vendors sell the same tokens faster, later or in another place: OpenAI's `service_tier` (`priority`, `flex`, `scale`),
Anthropic's `speed` and `inference_geo`, Groq's `performance`. Whoever asks for them pays another price.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from dragoman.wire.tolerant import is_object

ORDINARY = frozenset({"", "auto", "default", "global", "not_available", "on_demand", "standard", "standard_only"})
"""What vendors call the tier that prices are listed for, or leaving the choice to them."""

_SERVICE = "service_tier"
_OTHERS = ("speed", "inference_geo")
_FIELDS = frozenset({_SERVICE, *_OTHERS})
# By the API, the field of a chat request that holds what is for it alone (`dragoman.dialect.private`).
_PRIVATE = {"messages": "anthropic", "responses": "responses"}


class Tier(NamedTuple):
    """What a request asks for.

    Attributes:
        service: the service tier; empty for an ordinary one.
        others: what else has it cost otherwise, such as `fast`.
    """

    service: str = ""
    others: tuple[str, ...] = ()

    def named(self, served: str | None = None) -> str:
        """What it is called, `priority` or `priority+fast`; empty for the one that prices are listed for.

        Args:
            served: the service tier that the answer says it was given in, which counts; None where it says nothing.
        """
        service = self.service if served is None else _special(served)
        return "+".join((service, *self.others) if service else self.others)


LISTED = Tier()
"""The one that prices are listed for."""


def tier_of(request: dict[str, Any], api: str = "chat") -> Tier:
    """The tier that a checked chat request asks for.

    Args:
        request: the request.
        api: the API it goes to, as a row of `dragoman.dialect.table` says it: what is for another one does not count.
    """
    own: object = request.get(_PRIVATE.get(api, ""))
    fields = request | own if is_object(own) else request
    if _FIELDS.isdisjoint(fields):
        return LISTED
    return Tier(_special(fields.get(_SERVICE)), tuple(filter(None, (_special(fields.get(name)) for name in _OTHERS))))


def _special(said: object) -> str:
    """A tier by its name; empty for one that is ordinary, or none."""
    name = said.lower() if isinstance(said, str) else ""
    return "" if name in ORDINARY else name[:100]
