"""Numbers as Prometheus reads them: the text format, and what it is written from. No I/O.

The format is version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). It is written here, and not by
`prometheus-client`, because the numbers of several workers have to be added up, which that package does with a file
for each process and a lock for each number; the format itself is a few lines.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"

Labels = tuple[str, ...]
"""The values of a family's labels, in its order; "" is no label."""


class Family(NamedTuple):
    """What is counted under one name.

    Attributes:
        name: as Prometheus has it, with its unit.
        kind: a counter only grows, a gauge comes and goes, a histogram counts how large something was.
        words: what it counts, in one line.
        labels: what it is told apart by. Their values come from the configuration and from words of our own: what a
            caller can make up would be a series for every caller's whim.
        bounds: the upper bounds of a histogram's buckets, in ascending order.
        most: of several processes the largest counts, instead of their sum.
    """

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    words: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    most: bool = False


class Spread(msgspec.Struct):
    """A histogram's counts."""

    buckets: list[int]
    """How many fell between one bound and the next; the last is for those beyond all bounds."""
    total: float = 0.0
    """All values together."""

    def take(self, other: Spread) -> None:
        """Add another one of the same family."""
        self.buckets = [one + two for one, two in zip(self.buckets, other.buckets, strict=True)]
        self.total += other.total


class Numbers(msgspec.Struct):
    """Numbers by the names of their families, and then by the values of the labels."""

    sums: dict[str, dict[Labels, float]] = {}
    """Counters and gauges."""
    spreads: dict[str, dict[Labels, Spread]] = {}
    """Histograms."""

    def counted(self, family: Family) -> defaultdict[Labels, float]:
        """A counter's own numbers, for whoever adds to them often; nothing has been counted of it yet."""
        mine = defaultdict[Labels, float](int)
        self.sums[family.name] = mine
        return mine

    def add(self, family: Family, labels: Labels = (), amount: float = 1) -> None:
        """Add to a counter or a gauge."""
        sums = self.sums.get(family.name)
        if sums is None:
            sums = self.sums[family.name] = {}
        sums[labels] = sums.get(labels, 0) + amount

    def saw(self, family: Family, labels: Labels, value: float) -> None:
        """Count a value in a histogram."""
        spreads = self.spreads.get(family.name)
        if spreads is None:
            spreads = self.spreads[family.name] = {}
        spread = spreads.get(labels)
        if spread is None:
            spread = spreads[labels] = Spread([0] * (len(family.bounds) + 1))
        # A bucket holds what is no larger than its bound.
        spread.buckets[bisect_left(family.bounds, value)] += 1
        spread.total += value

    def take(self, families: Iterable[Family], other: Numbers) -> None:
        """Add another process's numbers of some families."""
        for family in families:
            for labels, value in other.sums.get(family.name, {}).items():
                mine = self.sums.setdefault(family.name, {})
                known = mine.get(labels, 0)
                mine[labels] = max(known, value) if family.most else known + value
            for labels, spread in other.spreads.get(family.name, {}).items():
                spreads = self.spreads.setdefault(family.name, {})
                spreads.setdefault(labels, Spread([0] * len(spread.buckets))).take(spread)


def written(families: Iterable[Family], numbers: Numbers) -> str:
    """All numbers of these families, as text. A family without any is left out."""
    return "".join(line + "\n" for family in families for line in _lines(family, numbers))


def _lines(family: Family, numbers: Numbers) -> Iterator[str]:
    sums, spreads = numbers.sums.get(family.name), numbers.spreads.get(family.name)
    if not sums and not spreads:
        return
    yield f"# HELP {family.name} {family.words}"
    yield f"# TYPE {family.name} {family.kind}"
    for labels, value in sorted((sums or {}).items()):
        yield f"{family.name}{_labelled(family.labels, labels)} {_number(value)}"
    for labels, spread in sorted((spreads or {}).items()):
        yield from _spread_lines(family, labels, spread)


def _spread_lines(family: Family, labels: Labels, spread: Spread) -> Iterator[str]:
    count = 0
    for bound, inside in zip((*family.bounds, None), spread.buckets, strict=True):
        count += inside
        said = "+Inf" if bound is None else _number(bound)
        yield f"{family.name}_bucket{_labelled((*family.labels, 'le'), (*labels, said))} {count}"
    yield f"{family.name}_sum{_labelled(family.labels, labels)} {_number(spread.total)}"
    yield f"{family.name}_count{_labelled(family.labels, labels)} {count}"


def _labelled(names: tuple[str, ...], values: Labels) -> str:
    said = ",".join(f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True) if value)
    return f"{{{said}}}" if said else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return repr(value) if isinstance(value, float) and not value.is_integer() else str(int(value))
