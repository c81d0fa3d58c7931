"""What was asked of the admin API: a query, a body, and the store it is about. No I/O."""

from __future__ import annotations

from codecs import BOM_UTF8
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qsl

import msgspec

from dragoman.errors import InvalidRequestError
from dragoman.gateway import refusal
from dragoman.gateway.refusal import TurnedAwayError

if TYPE_CHECKING:
    from collections.abc import Collection

    from dragoman.gateway.store.database import Store
    from dragoman.gateway.visit import Visit

BODY = 64 * 1024
"""The most bytes of a body: none of these requests has much to say."""

PAGE = 100
"""How many are listed where the query does not say."""

LARGEST_PAGE = 1000
"""How many are listed at most."""

T = TypeVar("T")


def store_of(visit: Visit) -> Store:
    """The gateway's store.

    Raises:
        TurnedAwayError: it has none.
    """
    store = visit.running.lasting.store
    if store is None:
        message = 'this gateway keeps neither keys nor a ledger: [store] url = "sqlite:dragoman.db" would'
        raise TurnedAwayError(refusal.of_status(404, message, "no_store"))
    return store


def query_of(visit: Visit, known: Collection[str]) -> dict[str, str]:
    """What follows the question mark.

    Raises:
        InvalidRequestError: a name in it is none of those known, or is there twice.
    """
    try:
        pairs = parse_qsl(visit.query.decode("latin-1"), keep_blank_values=True, max_num_fields=50, errors="strict")
    except ValueError:
        raise InvalidRequestError("the query cannot be read: it is UTF-8, percent-encoded") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in known:
            there = ", ".join(known) or "none"
            raise InvalidRequestError(f"there is no parameter {name[:100]!r} here; there are {there}", param=name[:100])
        if name in found:
            raise InvalidRequestError(f"{name} is given twice", param=name)
        if "\0" in value:
            raise InvalidRequestError(f"{name} holds a NUL, which nothing here has", param=name)
        found[name] = value
    return found


async def body_of(visit: Visit, kind: type[T]) -> T:
    """The body as an object of this kind; one without any fields where nothing was sent.

    Raises:
        TurnedAwayError: it is too long.
        InvalidRequestError: it is none.
        Disconnected: the caller left before its end.
    """
    raw = await visit.body(BODY)
    try:
        # A byte order mark is passed over (RFC 8259 §8.1), here as elsewhere.
        return msgspec.json.decode(raw.removeprefix(BOM_UTF8) or b"{}", type=kind)
    except msgspec.DecodeError as error:
        # The decoder's sentence names the place, and never what stands there.
        raise InvalidRequestError(f"the body cannot be used: {str(error)[:300]}") from None
    except UnicodeDecodeError:
        raise InvalidRequestError("the body is not UTF-8") from None


def page_of(query: dict[str, str]) -> int:
    """How many to list.

    Raises:
        InvalidRequestError: that is no number, or too large a one.
    """
    text = query.get("limit", str(PAGE))
    size = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_PAGE)) else 0
    if not 1 <= size <= LARGEST_PAGE:
        raise InvalidRequestError(f"limit is a number from 1 to {LARGEST_PAGE}", param="limit")
    return size


def moment(query: dict[str, str], name: str) -> datetime | None:
    """A day or a moment in the query (ISO 8601), UTC where it does not say; None where it is not there.

    Raises:
        InvalidRequestError: it is none.
    """
    if name not in query:
        return None
    try:
        # A plus sign in a query is a space: whoever writes an offset forgets that.
        text = query[name].replace(" ", "+") if "T" in query[name] else query[name]
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        sentence = f"{name} is a day or a moment: 2026-11-01, or 2026-11-01T12:00:00Z"
        raise InvalidRequestError(sentence, param=name) from None
