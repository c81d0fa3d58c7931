"""What a server says of its models: the card and the list of cards. Types; no I/O."""

from __future__ import annotations

from typing import cast
from urllib.parse import quote

from dragoman.errors import InvalidRequestError
from dragoman.wire.completion import Sourced, read_sourced


class ModelCard(Sourced, frozen=True, dict=True, kw_only=True):
    """One model that a server offers."""

    id: str = ""
    """The name to ask for."""
    object: str = "model"
    """`model`."""
    created: int = 0
    """When it was made, in seconds since 1970; 0 where the server did not say."""
    owned_by: str = ""
    """Whose it is."""


class ModelList(Sourced, frozen=True, dict=True, kw_only=True):
    """The models that a server offers."""

    object: str = "list"
    """`list`."""
    data: tuple[ModelCard, ...] = ()
    """The cards."""


def read_card(data: bytes) -> ModelCard:
    """Read a card from JSON, keeping the bytes beside its fields.

    Raises:
        msgspec.DecodeError: it is not a JSON object.
    """
    return read_sourced(data, ModelCard)


def read_cards(data: bytes) -> ModelList:
    """Read a list of cards from JSON, keeping the bytes beside its fields.

    Raises:
        msgspec.DecodeError: it is not a JSON object.
    """
    return read_sourced(data, ModelList)


def card_path(model: str) -> str:
    """Where a model's card is, from an endpoint's address on; the slashes of names such as `org/model` stay.

    Raises:
        InvalidRequestError: that can be no model's name: it is empty, or leads elsewhere (`..`, RFC 3986 §5.2.4).
    """
    if not isinstance(cast("object", model), str | None):
        raise InvalidRequestError(f"model is a text, not a {type(model).__name__}", param="model")
    if not model:
        raise InvalidRequestError("model is empty: name the model to look up", param="model")
    if not {".", ".."}.isdisjoint(model.split("/")):
        raise InvalidRequestError(f"{model!r} is no model's name: as a path it leads elsewhere", param="model")
    try:
        return "/models/" + quote(model, safe="/")
    except UnicodeEncodeError:
        sentence = f"{model!r} is no model's name: it holds half of a surrogate pair"
        raise InvalidRequestError(sentence, param="model") from None
