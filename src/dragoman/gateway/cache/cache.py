"""The cache of one process, wherever it keeps its answers. Reads the clock."""

from __future__ import annotations

import time
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import msgspec

from dragoman.errors import ConfigurationError
from dragoman.gateway import refusal
from dragoman.gateway.cache.directives import directives_of
from dragoman.gateway.cache.hit import Hit
from dragoman.gateway.cache.kept import CacheUnavailableError, Kept, decode, encode, is_kept
from dragoman.gateway.cache.lookup import Lookup
from dragoman.gateway.cache.memory import MemoryAnswers
from dragoman.gateway.refusal import TurnedAwayError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dragoman.asgi import Header
    from dragoman.gateway.cache.kept import Answers
    from dragoman.gateway.config.shape import CacheConfig
    from dragoman.gateway.tongue import Document, What

PART = 8
"""One answer may take this part of the cache: a single large one is not to drive all others out."""

NOT_KEPT = 504
"""The status of what was to be answered from here alone (RFC 9111 §5.2.1.7)."""

_NOT_KEPT = "no such answer is kept, and the request takes no other: leave `only-if-cached` out of its Cache-Control"

# Clients send again what comes to a 5xx, unless they are told.
_NO_RETRY = (b"x-should-retry", b"false")

Result = Literal["hit", "miss", "bypass", "unavailable"]
"""What came of a look: `unavailable` is a miss because the shared cache did not answer."""


class Asked(NamedTuple):
    """What is looked for.

    Attributes:
        key: the answer's name: see `dragoman.gateway.cache.key`.
        asks: what is asked for.
        choices: how many answers in one.
        seconds: for how long an answer is given again.
    """

    key: str
    asks: What
    choices: int
    seconds: float


class Cache:
    """Answers, kept and given again.

    Args:
        config: how many bytes of them, and where.

    Attributes:
        results: how often a look came to what.
        memory: where they are in this process; None where they are shared.

    Raises:
        ConfigurationError: they are to be shared, and there is no such address, or what that needs is not installed.
    """

    def __init__(self, config: CacheConfig) -> None:
        self.results: dict[Result, int] = dict.fromkeys(get_args(Result), 0)
        self.memory: MemoryAnswers | None = None
        self._answers: Answers
        if config.shared is None:
            self._answers = self.memory = MemoryAnswers(config.size)
        else:
            self._answers = _shared(config.shared.read().reveal(), config.size)
        self._largest = config.size // PART

    async def look(self, asked: Asked, sent: Iterable[Header]) -> Lookup:
        """Look for an answer.

        Args:
            asked: what is looked for.
            sent: the request's headers, which may say to look past what is kept, to keep nothing, or to ask nobody.

        Raises:
            TurnedAwayError: nobody is to be asked, and nothing is kept.
        """
        directives = directives_of(sent)
        keep = None if directives.no_store else partial(self._keep, asked)
        hit: Hit | None = None
        result: Result = "bypass"
        if not directives.no_cache:
            hit, result = await self._find(asked, directives.max_age)
        self.results[result] += 1
        lookup = Lookup("miss" if result == "unavailable" else result, hit, None if hit is not None else keep)
        if directives.only_if_cached and hit is None:
            raise TurnedAwayError(refusal.of_status(NOT_KEPT, _NOT_KEPT, "not_cached", [*lookup.headers, _NO_RETRY]))
        return lookup

    def resize(self, size: int) -> None:
        """Keep so many bytes from now on, in this process, or on their way from it."""
        self._largest = size // PART
        self._answers.resize(size)

    async def close(self) -> None:
        """Let go of all of it."""
        await self._answers.close()

    async def _find(self, asked: Asked, max_age: float) -> tuple[Hit | None, Result]:
        try:
            found = await self._answers.get(asked.key)
        except CacheUnavailableError:
            return None, "unavailable"
        if found is None:
            return None, "miss"
        # Whatever is there under that name: where it was not written here, it is nothing.
        try:
            kept = decode(found)
            document = kept.read(asked.asks)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None, "miss"
        if not isfinite(kept.at) or not is_kept(document, asked.choices):
            return None, "miss"
        age = max(time.time() - kept.at, 0.0)
        if age > min(max_age, asked.seconds):
            return None, "bypass" if age > max_age else "miss"
        return Hit(document, age, kept.changed), "hit"

    def _keep(self, asked: Asked, document: Document, changed: tuple[str, ...]) -> None:
        raw = document.to_json()
        if len(raw) <= self._largest and is_kept(document, asked.choices):
            self._answers.put(asked.key, encode(Kept(time.time(), raw, changed)), asked.seconds)


def _shared(url: str, size: int) -> Answers:
    try:
        from dragoman.gateway.cache.valkey import ValkeyAnswers  # noqa: PLC0415 - an extra, only where it is used
    except ImportError:
        raise ConfigurationError("a shared cache needs redis: pip install 'dragoman[replicas]'") from None
    return ValkeyAnswers(url, size)
