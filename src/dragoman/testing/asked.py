"""What a program asked, as a test reads it: typed, and without its credential. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import msgspec

from dragoman.secret import masked_url
from dragoman.testing.redact import masked_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.transport import Outgoing


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that arrived.

    Attributes:
        method: in capitals.
        url: the address, without a credential in it.
        headers: names in lower case; where one holds a credential, `[credential]` stands in its place.
        body: as it came.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, request: Outgoing) -> Asked:
        """What a request asks."""
        headers = masked_headers((*request.headers, *request.own))
        return cls(request.method, masked_url(request.url), headers, request.body)

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        """The body as JSON; None where it is empty.

        Raises:
            msgspec.DecodeError: it is not JSON.
        """
        return msgspec.json.decode(self.body) if self.body else None

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation as it was sent; empty where there is none."""
        return cast("list[dict[str, Any]]", self.field("messages", []))

    @property
    def model(self) -> str:
        """The model asked; empty where none was named."""
        return cast("str", self.field("model", ""))

    @property
    def stream(self) -> bool:
        """Whether a stream was asked for."""
        return self.field("stream", False) is True  # noqa: FBT003 - what stands for an absent field

    def field(self, name: str, absent: object = None) -> Any:  # noqa: ANN401 - whatever was sent
        """A field of the body, or what stands for one that is absent; so too where the body is no JSON object."""
        try:
            body = self.json
        except msgspec.DecodeError:
            return absent
        return cast("dict[str, Any]", body).get(name, absent) if isinstance(body, dict) else absent

    def __repr__(self) -> str:
        """What and where; not what people said."""
        return f"Asked({self.method} {self.url}, {len(self.body)} bytes)"
