"""How much may still be asked before a server says 429, read from an answer's headers. No I/O.

    with client.chat.stream(messages="Who painted the water lilies?") as stream:
        tokens = stream.rate_limits.tokens
        if tokens and tokens.remaining is not None and tokens.remaining < 1000:
            print(f"{tokens.remaining} of {tokens.limit} tokens left, all of them again in {tokens.resets_in} s")

Vendors agree on the words, not on their order, so one rule reads them all: a header is about rates when its name says
so, and the other words of its name say what of what: `x-ratelimit-remaining-tokens` (OpenAI, Azure, Groq),
`anthropic-ratelimit-input-tokens-reset`, `x-ratelimit-limit-req-minute` (Mistral), `x-ratelimit-reset-requests-day`
(Cerebras), `ratelimit-remaining`, and the IETF's `ratelimit` and `ratelimit-policy` (draft-ietf-httpapi-ratelimit-
headers, from its seventh version on).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Subject = Literal["requests", "tokens", "input tokens", "output tokens"]
"""What is counted."""


class RateLimit(msgspec.Struct, frozen=True, kw_only=True):
    """One limit, as far as the server said it."""

    of: Subject
    """What is counted."""
    limit: int | None = None
    """How much the window allows."""
    remaining: int | None = None
    """How much of it is left."""
    resets_in: float | None = None
    """Seconds from the answer until all of it is there again; with some vendors, until more of it is."""
    window: str = ""
    """Which window, as the server calls it: `minute`, `day`, a policy's name; empty where it does not."""


class RateLimits(msgspec.Struct, frozen=True):
    """All limits that an answer's headers speak of."""

    every: tuple[RateLimit, ...] = ()
    """Each of them, in the order of the headers."""

    @property
    def requests(self) -> RateLimit | None:
        """The limit of requests; of several, the one with the least left. None where the server says nothing of it."""
        return _tightest(one for one in self.every if one.of == "requests")

    @property
    def tokens(self) -> RateLimit | None:
        """The limit of tokens; of several, the one with the least left. None where the server says nothing of it."""
        return _tightest(one for one in self.every if one.of != "requests")

    @property
    def exhausted_for(self) -> float:
        """Seconds from the answer until there is something left of every limit; 0 where there is now."""
        return max((one.resets_in or 0.0 for one in self.every if one.remaining == 0), default=0.0)


def read_rate_limits(headers: Mapping[str, str], now: float) -> RateLimits:
    """What an answer's headers say of limits; values that cannot be read are as if they were not there.

    Args:
        headers: the answer's, names in lower case.
        now: the time of day, in seconds since 1970, for resets that are moments; the answer's own `Date` comes before
            it, because those moments are by the server's clock.
    """
    found: dict[tuple[Subject, str], dict[str, float]] = {}
    at = _date(headers.get("date"), now)
    for name, value in headers.items():
        if "ratelimit" not in name:
            continue
        if name in {"ratelimit", "ratelimit-policy"}:
            for window, facts in _by_the_ietf(value):
                found.setdefault(("requests", window), {}).update(facts)
            continue
        key, fact = _named(name)
        number = None if fact is None else _seconds(value, at) if fact == "resets_in" else _count(value)
        if fact is not None and number is not None:
            found.setdefault(key, {})[fact] = number
    return RateLimits(tuple(_limit(subject, window, facts) for (subject, window), facts in found.items() if facts))


_FACTS = {"limit": "limit", "remaining": "remaining", "reset": "resets_in"}
_PARAMETERS = {"q": "limit", "r": "remaining", "t": "resets_in", **_FACTS}
_WINDOWS = frozenset({"second", "minute", "hour", "day", "week", "month"})
# Azure's and OpenAI's for what is counted by another rule than the plain limit, and so is another limit.
_KINDS = frozenset({"project", "tokens_usage_based", "fast", "priority"})


def _named(name: str) -> tuple[tuple[Subject, str], str | None]:
    """What a header speaks of, and which fact of it."""
    words = name.split("-")
    subject: Subject = "requests"
    if "input" in words:
        subject = "input tokens"
    elif "output" in words:
        subject = "output tokens"
    elif any(word.startswith("token") or word.endswith("bysize") for word in words):
        subject = "tokens"
    window = " ".join(word for word in words if word in _WINDOWS or word in _KINDS)
    return (subject, window), next((_FACTS[word] for word in words if word in _FACTS), None)


def _by_the_ietf(value: str) -> list[tuple[str, dict[str, float]]]:
    """The IETF's fields: a list of policies with parameters, or (its seventh version) a dictionary of one."""
    items = value.split(",") if value.lstrip().startswith('"') else [";".join(("", *value.split(",")))]
    found: list[tuple[str, dict[str, float]]] = []
    for item in items:
        policy, *parameters = item.split(";")
        facts: dict[str, float] = {}
        for parameter in parameters:
            name, _, text = parameter.strip().partition("=")
            count = _count(text)
            if name in _PARAMETERS and count is not None:
                facts[_PARAMETERS[name]] = count
        found.append((policy.strip().strip('"'), facts))
    return found


def _limit(subject: Subject, window: str, facts: Mapping[str, float]) -> RateLimit:
    limit, remaining = facts.get("limit"), facts.get("remaining")
    return RateLimit(
        of=subject,
        limit=None if limit is None else int(limit),
        remaining=None if remaining is None else int(remaining),
        resets_in=facts.get("resets_in"),
        window=window,
    )


def _tightest(limits: Iterable[RateLimit]) -> RateLimit | None:
    return min(limits, key=_left, default=None)


def _left(limit: RateLimit) -> float:
    """Which part of a limit is left."""
    if limit.remaining is None:
        return 2.0
    return limit.remaining / limit.limit if limit.limit else float(limit.remaining > 0)


def _count(text: str) -> int | None:
    """A whole number at the beginning of a value; those below 0 stand for what the server does not know (Azure)."""
    match = re.match(r"\s*([0-9]{1,15})(\.[0-9]+)?\s*(?=[,;]|$)", text)
    return int(match[1]) if match else None


_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|µs|ms|s|m|h|d)")
_SINCE_1970 = 10**9
_MILLIS_SINCE_1970 = 10**12


def _seconds(text: str, now: float) -> float | None:
    """How long until a reset: a number of seconds, a duration such as `6m0s`, or the moment it happens."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,9})?", text):
        number = float(text)
        if number < _SINCE_1970:
            return number
        return max((number / 1000 if number >= _MILLIS_SINCE_1970 else number) - now, 0.0)
    parts = _DURATION.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    # RFC 3339 §4.1: a moment without its offset from UTC says nothing of when it is.
    return None if moment.tzinfo is None else max(moment.timestamp() - now, 0.0)


def _date(text: str | None, now: float) -> float:
    """When an answer was made by its server's clock (RFC 9110 §6.6.1), or `now`."""
    made = None if text is None else read_date(text)
    return now if made is None else made


def read_date(text: str) -> float | None:
    """A date in one of HTTP's forms (RFC 9110 §5.6.7) as seconds since 1970; None where it is none."""
    try:
        date = parsedate_to_datetime(text)
        # The oldest form, asctime's, names no zone; all of them mean UTC.
        return (date if date.tzinfo is not None else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
