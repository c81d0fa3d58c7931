"""Why a request is not admitted: which limit, whose, when there is room again; and what every answer says. No I/O."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from dragoman.gateway.limits.claims import BUDGETS, CONCURRENT, REQUESTS, TOKENS
from dragoman.gateway.limits.terms import money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dragoman.asgi import Header
    from dragoman.gateway.limits.account import Account, Claim
    from dragoman.gateway.limits.claims import Ask
    from dragoman.gateway.limits.terms import Limits

_WORDS = {
    "requests_per_minute": "requests a minute",
    "tokens_per_minute": "tokens a minute",
    "concurrent": "requests at once",
    "budget_day_tokens": "tokens a day (UTC)",
    "budget_month_tokens": "tokens a month (UTC)",
    "budget_day_microusd": "a day (UTC)",
    "budget_month_microusd": "a month (UTC)",
}

_REQUESTS_HEADERS = (b"x-ratelimit-limit-requests", b"x-ratelimit-remaining-requests", b"x-ratelimit-reset-requests")
_TOKENS_HEADERS = (b"x-ratelimit-limit-tokens", b"x-ratelimit-remaining-tokens", b"x-ratelimit-reset-tokens")


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A request that is not admitted."""

    limit: str
    """Which limit: its name in `Limits`."""
    whose: str
    """Whose limit it is, such as `key dg_3fK9… of ana`."""
    value: int
    """How much it allows: requests, tokens or microusd."""
    remaining: int
    """How much of that is left."""
    message: str
    """One sentence for the caller."""
    frees_at: float | None
    """When a request like this fits, in seconds since 1970; None when no time can be told, or there is none."""
    retry_after: int | None
    """The seconds until then, never fewer; None like `frees_at`."""
    again: bool
    """Whether the same request is worth another try within minutes."""
    standing: tuple[Header, ...] = ()
    """The `x-ratelimit-*` headers."""
    status: int = 429
    """The status of the answer: 429 (RFC 6585 §4), or 403 where waiting is of no use."""
    code: str = "rate_limit_exceeded"
    """What programs test for, in OpenAI's words: `insufficient_quota` for a budget that is used up, else
    `rate_limit_exceeded`; and `price_unknown`."""

    def headers(self) -> list[Header]:
        """The headers of the answer: when to come back, whether to at all, and how the key stands."""
        found = [*self.standing, (b"x-should-retry", b"true" if self.again else b"false")]
        if self.retry_after is not None:
            found.append((b"retry-after", b"%d" % self.retry_after))
        return found

    def body(self) -> bytes:
        """The answer's body: a fault in OpenAI's form, with the limit beside its four fields for programs to read."""
        kind = {"requests_per_minute": "requests", "tokens_per_minute": "tokens"}.get(self.limit, self.code)
        limit = {
            "name": self.limit,
            "whose": self.whose,
            "value": self.value,
            "remaining": self.remaining,
            "frees_at": None if self.frees_at is None else stamp(self.frees_at),
            "retry_after": self.retry_after,
        }
        fields = {"message": self.message, "type": kind, "param": None, "code": self.code, "limit": limit}
        return msgspec.json.encode({"error": fields})


def refusal(short: Sequence[Claim], account: Account, limits: Limits, whose: str, now: float) -> Refused:
    """The refusal of a request whose claims do not all fit: it names the one that keeps it out for longest."""
    claim = max(short, key=lambda one: _wait(one, account, now))
    name, value = claim.entry.meter, claim.limit
    remaining = max(0, value - account.used(name, now))
    frees_at = account.room_at(claim, now)
    retry_after = None if frees_at is None else max(1, math.ceil(frees_at - now))
    return Refused(
        limit=name,
        whose=whose,
        value=value,
        remaining=remaining,
        message=f"{whose} {_why(claim, remaining, account.held(name, now))}{_when(frees_at, retry_after)}",
        frees_at=frees_at,
        retry_after=retry_after,
        again=claim.entry.amount <= value and (name not in BUDGETS or frees_at is None),
        standing=tuple(standing(account, limits, now)),
        code="insufficient_quota" if name in BUDGETS else "rate_limit_exceeded",
    )


def unpriced(limits: Limits, ask: Ask, whose: str) -> Refused:
    """The refusal of a model without a price, to a key whose budget is in money."""
    name = "budget_month_microusd" if limits.budget_day_microusd is None else "budget_day_microusd"
    value: int = getattr(limits, name)
    price, remedy = f"the price of {ask.model[:200]!r}", "as 0 where it is free"
    if ask.tier:
        price, remedy = f"{price} in the service tier {ask.tier!r}", "among its `tiers`"
    sentence = (
        f"{whose} has a budget in money, and {price} is unknown: "
        f"state it under [prices], {remedy}, or give the key a budget in tokens"
    )
    return Refused(
        limit=name,
        whose=whose,
        value=value,
        remaining=value,
        message=sentence,
        frees_at=None,
        retry_after=None,
        again=False,
        status=403,
        code="price_unknown",
    )


def standing(account: Account, limits: Limits, now: float) -> list[Header]:
    """How a key stands with its limits a minute, in OpenAI's headers; resets are until nothing counts any more."""
    found: list[Header] = []
    for meter, limit, names in (
        (REQUESTS, limits.requests_per_minute, _REQUESTS_HEADERS),
        (TOKENS, limits.tokens_per_minute, _TOKENS_HEADERS),
    ):
        if limit is not None:
            left = max(0, limit - account.used(meter, now))
            reset = duration(account.empty_at(meter, now) - now)
            found += zip(names, (b"%d" % limit, b"%d" % left, reset.encode()), strict=True)
    return found


def duration(seconds: float) -> str:
    """Seconds as OpenAI's headers spell them, rounded up: `1s`, `6m0s`, `12h15m0s`."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def stamp(at: float) -> str:
    """A moment as RFC 3339 writes it, in UTC, rounded up to a second."""
    return f"{datetime.fromtimestamp(math.ceil(at), UTC):%Y-%m-%dT%H:%M:%SZ}"


def _wait(claim: Claim, account: Account, now: float) -> float:
    """How long a claim keeps its request out: for ever, until a time, or until something under way ends."""
    if claim.entry.amount > claim.limit:
        return math.inf
    return account.room_at(claim, now) or 0.0


def _why(claim: Claim, remaining: int, held: int) -> str:
    name, value, asked = claim.entry.meter, claim.limit, claim.entry.amount
    if name == CONCURRENT:
        return f"may have {value} {_WORDS[name]}, and has"
    amount = money if name.endswith("microusd") else "{:,}".format
    said = f"may use {amount(value)} {_WORDS[name]}"
    if asked > value:
        remedy = ": ask for a shorter answer, or send a shorter prompt"
        return f"{said}, and this request alone may use {amount(asked)}{remedy if value else ''}"
    if name != REQUESTS:
        kept = f" ({amount(held)} held by requests under way)" if held else ""
        return f"{said}; {amount(remaining)} is left{kept}, and this request may use {amount(asked)}"
    return f"{said}, and has"


def _when(frees_at: float | None, retry_after: int | None) -> str:
    return "" if frees_at is None else f"; it fits at {stamp(frees_at)}, in {duration(retry_after or 0)}"
