"""What is asked of an upstream with Anthropic's API for the number of a prompt's tokens, and what it says. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.call import Options, post_call
from dragoman.dialect.anthropic import Translation
from dragoman.errors import InvalidRequestError
from dragoman.wire.completion import Sourced, Usage, read_sourced

if TYPE_CHECKING:
    from dragoman.call.settings import Settings
    from dragoman.dialect import Dialect
    from dragoman.exchange import Call, Timeouts

Json = dict[str, Any]


class Counted(Sourced, frozen=True, dict=True):
    """How many tokens a prompt has."""

    input_tokens: int = 0
    """The number."""
    model: str = ""
    """Nobody says which model's they are."""
    usage: Usage | None = None
    """To count costs nothing."""


def read_counted(data: bytes) -> Counted:
    """Read an answer from JSON, keeping the bytes beside its fields.

    Raises:
        msgspec.DecodeError: it is not a JSON object, or says no number.
    """
    found = read_sourced(data, Counted)
    if "input_tokens" not in found.to_dict():
        raise msgspec.DecodeError("it does not say `input_tokens`")
    return found


def call(settings: Settings, body: Json, timeouts: Timeouts) -> Call:
    """The call that asks an upstream with Anthropic's API to count.

    Raises:
        InvalidRequestError: the body holds what JSON cannot.
    """
    return post_call(settings, "/messages/count_tokens", body, Options(timeout=timeouts), translation=Translation())


def fitted(row: Dialect, request: Json) -> tuple[Json, list[str]]:
    """A request that an upstream can take: as it is, or not at all.

    Raises:
        InvalidRequestError: it has another API.
    """
    if row.api != "messages":
        raise InvalidRequestError(f"model: {row.name} cannot count tokens; ask another model", param="model")
    return request, []
