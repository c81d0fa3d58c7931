"""On which terms a request is answered: what has its tokens cost otherwise than prices are listed. No I/O.

Vendors sell the same tokens faster, later or in another place: OpenAI's `service_tier` (`priority`, `flex`, `scale`),
Anthropic's `speed` and `inference_geo`, Groq's `performance`. Whoever asks for them pays another price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dragoman.cost.estimate import APIS
from dragoman.wire.tolerant import is_object

if TYPE_CHECKING:
    from collections.abc import Mapping

ORDINARY = frozenset({"", "auto", "default", "global", "not_available", "on_demand", "standard", "standard_only"})
"""What vendors call the terms that prices are listed for, or leaving the choice to them."""

_TIER = "service_tier"
_OTHERS = ("speed", "inference_geo")
_FIELDS = frozenset({_TIER, *_OTHERS, *APIS})


class Terms(NamedTuple):
    """The terms that a request asks for.

    Attributes:
        tier: the service tier; empty for an ordinary one.
        others: what else has it cost otherwise, such as `fast`.
    """

    tier: str = ""
    others: tuple[str, ...] = ()

    def named(self, served: str | None = None) -> str:
        """What they are called, `priority` or `priority+fast`; empty for those that prices are listed for.

        Args:
            served: the service tier that the answer says it was given in, which counts; None where it says nothing.
        """
        tier = self.tier if served is None else _special(served)
        return "+".join((tier, *self.others) if tier else self.others)


LISTED = Terms()
"""Those that prices are listed for."""


def terms_of(request: Mapping[str, Any]) -> Terms:
    """The terms that a checked request asks for, be it in fields for one API alone."""
    if _FIELDS.isdisjoint(request):
        return LISTED
    places = [request, *(fields for api in APIS if is_object(fields := request.get(api)))]
    tiers, *others = [[_special(place.get(name)) for place in places] for name in (_TIER, *_OTHERS)]
    return Terms(next(filter(None, tiers), ""), tuple(next(filter(None, found)) for found in others if any(found)))


def _special(said: object) -> str:
    """A tier by its name; empty for one that is ordinary, or none."""
    name = said.lower() if isinstance(said, str) else ""
    return "" if name in ORDINARY else name[:100]
