"""What of a request or an answer is a credential, and how it is taken out. No I/O but reading the environment.

Told apart by name: headers and query parameters that hold a credential whatever its value. Told apart by value: those
values, and what the environment holds under names such as `OPENAI_API_KEY`, wherever they turn up again.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from dragoman.answer.fold import fold
from dragoman.secret import MASK, SHORTEST, names_credential
from dragoman.sse import Decoder, is_done
from dragoman.wire.chunk import read_chunk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_IN_ENVIRONMENT = re.compile(r"(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)(?:_|$)", re.IGNORECASE)

_NUMBER = re.compile(r"[-+.,:\d]*")


def masked_headers(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by name in lower case, each credential masked; of `Bearer …` and the like the scheme stays."""
    known: dict[str, str] = {}
    for name, value in pairs:
        if names_credential(name):
            scheme, space, _ = value.partition(" ")
            known[name.lower()] = f"{scheme} {MASK}" if space and name.lower().endswith("authorization") else MASK
        else:
            known[name.lower()] = value
    return known


def credentials_in(url: str, pairs: Iterable[tuple[str, str]]) -> set[str]:
    """The credentials that a request carries, in its address and its headers."""
    parts = urlsplit(url)
    found = {value for name, value in parse_qsl(parts.query) if names_credential(name)}
    found |= {part for part in (parts.username, parts.password) if part}
    for name, value in pairs:
        if name.lower() == "cookie":
            found |= {crumb.partition("=")[2].strip() for crumb in value.split(";")}
        elif names_credential(name):
            found |= {value, value.rpartition(" ")[2]}
    return found


def credentials_around(environment: Mapping[str, str] = os.environ) -> set[str]:
    """The credentials that the environment holds; a number is none, such as that of `TOKEN_LIMIT`."""
    found = {value for name, value in environment.items() if _IN_ENVIRONMENT.search(name)}
    return {value for value in found if not _NUMBER.fullmatch(value)}


class Redaction:
    """Takes values out of texts, in any of the forms in which JSON and addresses write them.

    Args:
        secrets: the values; those shorter than `dragoman.secret.SHORTEST` are passed over.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        forms: set[str] = set()
        for secret in secrets:
            if len(secret) >= SHORTEST:
                escaped = (json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
                forms |= {secret, *escaped, quote(secret), quote(secret, safe="")}
        # The longest first: one that contains another goes whole.
        ordered = sorted((form.encode() for form in forms), key=len, reverse=True)
        self._pattern = re.compile(b"|".join(map(re.escape, ordered))) if ordered else None

    def mask(self, data: bytes) -> bytes:
        """The bytes with the mask in each place of a secret."""
        return data if self._pattern is None else self._pattern.sub(MASK.encode(), data)

    def text(self, text: str) -> str:
        """The text with the mask in each place of a secret."""
        return self.mask(text.encode()).decode()

    def value(self, value: object) -> Any:  # noqa: ANN401 - JSON
        """Decoded JSON with the mask in each place of a secret, in names too; numbers stay numbers."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in cast("list[object]", value)]
        if isinstance(value, dict):
            return {self.text(name): self.value(item) for name, item in cast("dict[str, object]", value).items()}
        return value

    def pieces(self, pieces: Iterable[tuple[float, bytes]]) -> list[tuple[float, bytes]]:
        """Pieces of one body, each with when it came, masked; those that share a secret become one, come last."""
        listed = list(pieces)
        if self._pattern is None:
            return listed
        spans = [found.span() for found in self._pattern.finditer(b"".join(data for _, data in listed))]
        merged: list[tuple[float, bytes]] = []
        held = b""
        end = 0
        for at, data in listed:
            held += data
            end += len(data)
            if not any(start < end < stop for start, stop in spans):
                merged.append((at, self.mask(held)))
                held = b""
        return merged

    def spells_out(self, body: bytes) -> bool:
        """Whether a stream of chunks says a secret in pieces, which no search of its bytes would find."""
        if self._pattern is None:
            return False
        try:
            chunks = [read_chunk(event.data) for event in Decoder().feed(body) if not is_done(event.data)]
            return self._pattern.search(fold(chunks).to_json()) is not None
        except msgspec.DecodeError:  # no stream of chunks
            return False
