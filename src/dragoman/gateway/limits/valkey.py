"""The accounts in Valkey or Redis, shared by replicas on many machines. Touches the network and the clock.

Each step is one script, which the server runs whole and alone; the three of them begin with `account.lua`. The server's
clock is everyone's: each answer says what time it is there.
"""

from __future__ import annotations

import asyncio
import time
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

import msgspec
from redis.exceptions import RedisError

from dragoman.gateway.limits.account import Account
from dragoman.gateway.limits.accounts import LimitsUnavailableError, Reply
from dragoman.gateway.valkey import connected, follow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dragoman.gateway.limits.account import Claim, Entry

PREFIX = "dragoman:limits:"
"""What the names of the accounts begin with."""


class ValkeyAccounts:
    """The accounts of all keys on one server. Use it, and close it, in one event loop.

    Args:
        url: the server, as `dragoman.gateway.valkey.connected` takes it.

    Raises:
        LimitsUnavailableError: that is no such address.
    """

    def __init__(self, url: str) -> None:
        # The server's time less our monotonic clock: what sets this machine's clock right in between is nobody else's
        # affair. None before the first answer.
        self._ahead: float | None = None
        try:
            self._server = connected(url)
        except ValueError:
            raise LimitsUnavailableError("the address of the shared limits must look like redis://host:6379") from None
        self._scripts = {name: self._server.register_script(_script(name)) for name in ("reserve", "settle", "keep")}

    @property
    def knows_time(self) -> bool:
        """Whether the server has said yet what time it is."""
        return self._ahead is not None

    async def learn_time(self) -> None:
        """Ask the server."""
        try:
            answer = await cast("Any", self._server).time()
        except (RedisError, OSError) as error:
            raise LimitsUnavailableError(f"the shared limits cannot be reached: {error}") from error
        self._set(cast("tuple[int, int]", answer))

    def clock(self) -> float:
        """Seconds since 1970 by the server's clock, as its last answer tells; by this machine's before the first."""
        return time.time() if self._ahead is None else time.monotonic() + self._ahead

    def reserve(self, key: str, claims: Sequence[Claim]) -> asyncio.Future[Reply]:
        """Make all of a request's claims on a key's account if they fit, or none, soon."""
        return asyncio.ensure_future(self._reserve(key, claims))

    def settle(self, key: str, entries: Sequence[Entry]) -> asyncio.Future[None]:
        """Make entries on a key's account, soon."""
        return asyncio.ensure_future(self._settle(key, entries))

    async def keep(self, key: str, entries: Sequence[Entry], *, exact: bool) -> None:
        """Let slices of a key's account count until a later moment."""
        await self._run("keep", key, entries, b"1" if exact else b"0")

    async def close(self) -> None:
        """Let go of the connections."""
        await self._server.aclose()

    async def _reserve(self, key: str, claims: Sequence[Claim]) -> Reply:
        done, account, now = await self._run("reserve", key, claims)
        return Reply([] if done else account.short(claims, now), account, now)

    async def _settle(self, key: str, entries: Sequence[Entry]) -> None:
        await self._run("settle", key, entries)

    async def _run(self, name: str, key: str, *arguments: object) -> tuple[bool, Account, float]:
        """Run a script; whether it did what it was for, the account afterwards, and the server's time."""
        given = [one if isinstance(one, bytes) else msgspec.msgpack.encode(one) for one in arguments]
        try:
            done, at, packed = cast(
                "tuple[int, tuple[bytes, bytes], bytes | None]",
                await cast("Any", self._scripts[name](keys=[PREFIX + key], args=given)),
            )
            account = Account.read(packed)
        except (RedisError, OSError, msgspec.DecodeError) as error:
            await follow(self._server, error)
            raise LimitsUnavailableError(f"the shared limits cannot be reached: {error}") from error
        return bool(done), account, self._set(at)

    def _set(self, at: tuple[bytes | int, bytes | int]) -> float:
        """Take the server's time, in seconds and microseconds, for ours."""
        now = int(at[0]) + int(at[1]) / 1_000_000
        self._ahead = now - time.monotonic()
        return now


def _script(name: str) -> str:
    here = files(__package__ or "dragoman.gateway.limits")
    return "\n".join((here / f"{part}.lua").read_text("utf-8") for part in ("account", name))
