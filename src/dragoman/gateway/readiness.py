"""Whether a gateway can answer now, and why not: `/readyz`. Asks its upstreams for their models."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dragoman.gateway.running import Lasting, Running

LATE = 5.0
"""Seconds that the store may be behind before that is worth a word."""


class Readiness(NamedTuple):
    """Whether it can.

    Attributes:
        reasons: why not; none where it can.
        notes: what is not as it should be and keeps nobody from being answered, by what it is about.
    """

    reasons: list[str]
    notes: dict[str, object]

    def document(self, *, detailed: bool) -> dict[str, object]:
        """It for whoever asks.

        Args:
            detailed: whether they may know what is behind the gateway.
        """
        status = {"status": "not ready" if self.reasons else "ready"}
        if not detailed:
            return dict(status)
        return {**status, **({"reason": "; ".join(self.reasons)} if self.reasons else {}), **self.notes}


async def readiness(running: Running, *, draining: bool) -> Readiness:
    """How it stands with a gateway.

    Args:
        running: the gateway.
        draining: whether it has been told to stop.
    """
    reasons = ["it has been told to stop"] if draining else []
    notes: dict[str, object] = {}
    _keeping(running, reasons, notes)
    names = running.relay.upstreams
    troubles = await asyncio.gather(*(upstream.trouble() for upstream in names.values()))
    found = {name: trouble for name, trouble in zip(names, troubles, strict=True) if trouble is not None}
    if len(found) == len(names):
        reasons.extend(found.values())
    elif found:
        notes["upstreams"] = found
    return Readiness(reasons, notes)


def _keeping(running: Running, reasons: list[str], notes: dict[str, object]) -> None:
    """Whether requests can be written down, and keys be read."""
    lasting: Lasting = running.lasting
    if lasting.journal is not None and lasting.journal.kept:
        reasons.append("the disk does not take the journal's lines")
    behind = lasting.carrier.behind if lasting.carrier is not None else 0.0
    if behind < LATE:
        return
    # Imported only where there is a store: it brings SQLAlchemy.
    from dragoman.gateway.keys.directory import LAST_KNOWN  # noqa: PLC0415

    notes["store"] = f"away for {behind:.0f} s: the ledger's entries wait in the journal"
    if running.config.server.keys == "required" and behind > LAST_KNOWN:
        reasons.append("the store has been away for so long that no key can be checked")
