"""What a request's `Idempotency-Key` says, and which requests are the same by it. No I/O.

The field is draft-ietf-httpapi-idempotency-key-header's (§2): a string of RFC 8941, in quotes. Most who send one leave
them out.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from dragoman.gateway import refusal
from dragoman.gateway.refusal import TurnedAwayError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dragoman.asgi import Header

FIELD = b"idempotency-key"

_SAID = re.compile(rb'"([!#-~]{1,255})"|([!#-~]{1,255})')


def key_in(sent: Iterable[Header]) -> bytes | None:
    """The key that a request's headers name, without its quotes; None where they name none.

    Raises:
        TurnedAwayError: it cannot be one.
    """
    values = [value for name, value in sent if name == FIELD]
    if not values:
        return None
    said = _SAID.fullmatch(values[0].strip()) if len(values) == 1 else None
    if said is None:
        sentence = (
            "the header Idempotency-Key is sent once, and holds 1 to 255 printable characters of ASCII, without spaces"
        )
        raise TurnedAwayError(refusal.of_status(400, sentence, "invalid_idempotency_key"))
    return said[1] or said[2]


def name_of(who: str, path: str, key: bytes) -> bytes:
    """What the requests have in common that are one.

    Args:
        who: the id of the key that asks; empty where no keys are asked for.
        path: what was asked, as the table of endpoints writes it.
        key: see `key_in`.
    """
    return sha256(b"\n".join((who.encode(), path.encode(), key))).digest()
