"""Who a caller is, and what they may ask for; and why not. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from dragoman.gateway.config.pattern import matched
from dragoman.gateway.limits.terms import Limits
from dragoman.wire.fault import Fault, encode_fault

if TYPE_CHECKING:
    from dragoman.asgi import Header

Role = Literal["caller", "admin"]
"""caller: asks for completions · admin: does so too, and may use the admin API."""

BAD, UNAUTHORIZED, FORBIDDEN = 400, 401, 403


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who a caller is."""

    id: str
    """The key's id, the same however often its secret has been changed; empty where no keys are asked for."""
    prefix: str = ""
    """The beginning of the secret that was shown."""
    owner: str = ""
    """Whose key it is."""
    role: Role = "caller"
    """What it may be used for."""
    models: tuple[str, ...] | None = None
    """Patterns of the models it may ask for, in which `*` stands for anything; None for all."""
    limits: Limits = Limits()
    """What it may use."""
    expires: float | None = None
    """When it stops working, in seconds since 1970; None for never."""

    @property
    def whose(self) -> str:
        """Who that is, for the caller to read."""
        return f"key {self.prefix}… of {self.owner}"

    def allows(self, model: str) -> bool:
        """Whether it may ask for a model."""
        return self.models is None or any(matched(one, model) is not None for one in self.models)

    def refuse_model(self, model: str, path: str = "model") -> Denied | None:
        """Why it may not ask for a model, which a request names at a path; None where it may."""
        if self.allows(model):
            return None
        allowed = ", ".join(self.models or ()) or "none"
        return Denied(
            status=FORBIDDEN,
            message=f"{self.whose} may not ask for the model {model[:200]!r}; it may for {allowed}",
            code="model_not_allowed",
            param=path,
        )


ANYBODY = Identity(id="")
"""The caller where no keys are asked for."""


class Denied(msgspec.Struct, frozen=True, kw_only=True):
    """A caller who is nobody here (401), may not do this (403), or does not say clearly who it is (400)."""

    status: int
    """The status of the answer."""
    message: str
    """One sentence for the caller."""
    code: str
    """What programs test for."""
    param: str | None = None
    """The request parameter it is about."""

    def headers(self) -> list[Header]:
        """The headers of the answer: what kind of credential is asked for (RFC 9110 §11.6.1), and not to try again."""
        found: list[Header] = [(b"x-should-retry", b"false")]
        return [*found, (b"www-authenticate", b"Bearer")] if self.status == UNAUTHORIZED else found

    def body(self) -> bytes:
        """The answer's body: a fault in OpenAI's form."""
        return encode_fault(Fault(message=self.message, param=self.param, code=self.code))


UNKNOWN = Denied(
    status=UNAUTHORIZED,
    message="this key is not known here, or works no more: send one that does, as `Authorization: Bearer dg_…`",
    code="invalid_api_key",
)
"""Unknown, expired or revoked: which of them is nobody's to know who does not hold the key."""

MISSING = Denied(
    status=UNAUTHORIZED,
    message="a key is needed here: send it as `Authorization: Bearer dg_…`",
    code="invalid_api_key",
)
"""No key was sent at all, as the caller knows already."""

AMBIGUOUS = Denied(
    status=BAD,
    message="two different credentials were sent (`Authorization`, `x-api-key`, `api-key`): send one",
    code="ambiguous_credential",
)
"""Which of them counts would be a guess, and another's guess between the caller and here may be another."""
