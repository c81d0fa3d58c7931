"""What the form of a Messages request depends on from model to model. Data and a reading of names; no I/O.

A name nobody knew when this was written is read by its version; one without a version, as the newest. Servers that
speak this API for models of their own (DeepSeek, Kimi, GLM, …) know its older forms.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from msgspec import Struct

Version = tuple[int, int]

_VERSION = re.compile(r"claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)")
_NEWEST: Version = (99, 0)


class Abilities(Struct, frozen=True):
    """What one model takes.

    Attributes:
        thinking: `adaptive` (it is told how hard to try), `budget` (how many tokens to think), or `none`.
        sampling: whether it takes `temperature`, `top_p` and `top_k` at all.
        both: whether it takes `temperature` and `top_p` in one request.
        formats: whether it holds an answer to a JSON Schema (`output_config.format`).
        max_tokens: the most tokens that are asked for where the caller sets no bound, which this API has to have.
        instructed: whether it takes instructions among the turns.
    """

    thinking: Literal["adaptive", "budget", "none"]
    sampling: bool
    both: bool
    formats: bool
    max_tokens: int
    instructed: bool = False


FOREIGN = Abilities("budget", sampling=True, both=True, formats=False, max_tokens=8192)
"""A model that is not Claude."""

CLAUDE: tuple[tuple[Version, Abilities], ...] = (
    ((4, 8), Abilities("adaptive", sampling=False, both=False, formats=True, max_tokens=32_000, instructed=True)),
    ((4, 7), Abilities("adaptive", sampling=False, both=False, formats=True, max_tokens=32_000)),
    ((4, 6), Abilities("adaptive", sampling=True, both=False, formats=True, max_tokens=32_000)),
    ((4, 5), Abilities("budget", sampling=True, both=False, formats=True, max_tokens=32_000)),
    ((4, 1), Abilities("budget", sampling=True, both=False, formats=False, max_tokens=32_000)),
    ((3, 7), Abilities("budget", sampling=True, both=True, formats=False, max_tokens=32_000)),
    ((3, 5), Abilities("none", sampling=True, both=True, formats=False, max_tokens=8192)),
    ((0, 0), Abilities("none", sampling=True, both=True, formats=False, max_tokens=4096)),
)
"""Claude by version, newest first: each row holds from its version on."""


@lru_cache(maxsize=256)
def abilities(model: str) -> Abilities:
    """What a model takes, by its name, such as `claude-sonnet-4-5-20250929` or `anthropic/claude-3.7-sonnet`."""
    if "claude" not in model:
        return FOREIGN
    found = _VERSION.search(model)
    version = (int(found[1]), int(found[2] or 0)) if found else _NEWEST
    return next(known for since, known in CLAUDE if version >= since)
