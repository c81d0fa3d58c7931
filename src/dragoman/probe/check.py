"""One check: what it is called, where it stands, what it does. Types; no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.probe.endpoint import Endpoint
    from dragoman.probe.finding import Found


class Check(NamedTuple):
    """One check.

    Attributes:
        name: what it is called by `--only`, and in reports.
        subject: the group it stands in, which `--only` knows too.
        look: asks, and says what came of it; raises `Settled` where nothing can be compared, and `NoAnswer`.
        asked: whether it is left out unless it is asked for.
    """

    name: str
    subject: str
    look: Callable[[Endpoint], Found]
    asked: bool = False
