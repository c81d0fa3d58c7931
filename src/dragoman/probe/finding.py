"""What a check found, and what all of them found together: the shape of `dragoman check --json`. No I/O."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

Verdict = Literal["honoured", "ignored", "refused", "broken", "unclear"]
"""What came of a check.

honoured: what was seen proves that it does what it should. ignored: it was accepted, and what was seen proves that it
changed nothing. refused: it was turned down with an error that can be read. broken: what was seen is wrong by the API
document, HTTP or server-sent events. unclear: what was seen proves nothing.
"""

VERDICTS: tuple[Verdict, ...] = ("honoured", "ignored", "refused", "broken", "unclear")
"""All of them, in the order they are counted in."""

QUOTED = 60
"""The most characters of a server's words in one piece of evidence."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found.

    Attributes:
        name: the check.
        subject: the group it stands in.
        verdict: what came of it.
        evidence: what was seen, in a line.
        request_id: the id of the last request that was looked at; None where the server gives none.
    """

    name: str
    subject: str
    verdict: Verdict
    evidence: str
    request_id: str | None


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What looking took.

    Attributes:
        used: tokens, prompt and answer together.
        estimated: how many of them the server did not report: they were estimated, rather too high.
        budget: how many could be used.
    """

    used: int
    estimated: int
    budget: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What all checks found.

    Attributes:
        url: the endpoint.
        model: the model that was asked.
        counts: how many findings there are of each verdict.
        tokens: what looking took.
        requests: how many requests were sent.
        seconds: how long it took.
        findings: in the order of the checks.
    """

    url: str
    model: str
    counts: dict[Verdict, int]
    tokens: Tokens
    requests: int
    seconds: float
    findings: list[Finding]


class Found(NamedTuple):
    """A verdict and what proves it."""

    verdict: Verdict
    evidence: str


class Settled(Exception):  # noqa: N818 - an outcome, caught where checks are run
    """A check came to its end before anything could be compared.

    Attributes:
        found: what came of it.
    """

    def __init__(self, found: Found) -> None:
        super().__init__(found.evidence)
        self.found = found


def honoured(evidence: str) -> Found:
    """What was seen proves that it does what it should."""
    return Found("honoured", evidence)


def ignored(evidence: str) -> Found:
    """It was accepted, and what was seen proves that it changed nothing."""
    return Found("ignored", evidence)


def refused(evidence: str) -> Found:
    """It was turned down with an error that can be read."""
    return Found("refused", evidence)


def broken(evidence: str) -> Found:
    """What was seen is wrong."""
    return Found("broken", evidence)


def unclear(evidence: str) -> Found:
    """What was seen proves nothing."""
    return Found("unclear", evidence)


def quoted(text: str) -> str:
    """A server's words as evidence: one line, in quotes, not long."""
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= QUOTED else f'"{line[:QUOTED]}…"'
