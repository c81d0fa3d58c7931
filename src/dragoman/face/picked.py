"""Which fields are dumped, of a model and of the models in it: pydantic's `include` and `exclude`. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

EVERY = "__all__"
"""Among the places of a list: each of them."""

Picking = Iterable[Any] | Mapping[Any, Any] | None
"""Names of fields and places in lists; as a mapping, each with True, or with what is picked inside it."""


class Picked:
    """What is dumped of one value.

    Args:
        include: only these; None is all.
        exclude: not these.

    Attributes:
        kept: what is dumped; None is all.
        dropped: what of it is not.
    """

    __slots__ = ("dropped", "kept")

    def __init__(self, include: Picking, exclude: Picking) -> None:
        self.kept = None if include is None else _named(include)
        self.dropped = _named(exclude or ())

    def inside(self, *names: str | int) -> Picked | None:
        """What is dumped of the value that goes by these names; None where it is left out."""
        if self.kept is None and not self.dropped:
            return self
        dropped = _of(self.dropped, names)
        kept = None if self.kept is None else _of(self.kept, names)
        if dropped is True or (self.kept is not None and kept is None):
            return None
        return Picked(None if kept is True else kept, dropped)

    def item(self, place: int, length: int) -> Picked | None:
        """What is dumped of an item of a list; places are also counted from its end."""
        return self.inside(place, place - length, EVERY)


def _named(picking: Any) -> Mapping[Any, Any]:  # noqa: ANN401 - a picking
    return picking if isinstance(picking, Mapping) else dict.fromkeys(picking, True)  # pyright: ignore[reportUnknownVariableType] - of whatever it says


def _of(picking: Mapping[Any, Any], names: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - True, None, or a picking
    """What is picked under any of these names: True is the whole, None nothing."""
    found: dict[Any, Any] = {}
    for said in [picking[name] for name in names if name in picking]:
        if said is True or said is ...:
            return True
        found |= _named(said)
    return found or None
