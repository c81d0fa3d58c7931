"""Texts to vectors: a request for embeddings, what is wrong with one, and its answer. Types and checks; no I/O.

Field by field these are `CreateEmbeddingRequest` and `CreateEmbeddingResponse` of OpenAI's published API document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, NotRequired, TypedDict, TypeGuard, cast, get_args

import msgspec

from dragoman.errors import InvalidRequestError
from dragoman.wire.completion import Sourced, Usage, read_sourced
from dragoman.wire.rules import shown

MOST = 2048
"""How many inputs a request may have (OpenAI's API document, `input`)."""

Format = Literal["float", "base64"]
"""How vectors are written: as numbers, or as the base64 of their numbers of 32 bits, little-endian."""


class EmbeddingRequest(TypedDict):
    """A request for embeddings."""

    input: str | Sequence[str] | Sequence[int] | Sequence[Sequence[int]]
    """What to embed: a text, up to 2048 texts, the tokens of a text, or of up to 2048. None of them is empty."""
    model: str
    """The model to ask."""
    encoding_format: NotRequired[Format | None]
    """How the vectors are written; `float` where nothing is said."""
    dimensions: NotRequired[Annotated[int, msgspec.Meta(ge=1)] | None]
    """How many numbers a vector is to have, of models that can shorten theirs."""
    user: NotRequired[str | None]
    """Who asks, for the vendor's abuse monitoring."""


class Embeddings(Sourced, frozen=True, dict=True):
    """The vectors, in the order of the inputs: in `to_dict`, under `data`. Nobody on the way needs their numbers."""

    object: str = "list"
    """`list`."""
    model: str = ""
    """Which model made them."""
    usage: Usage | None = None
    """How many tokens the inputs had; None where the server did not say."""


def read_embeddings(data: bytes) -> Embeddings:
    """Read an answer from JSON, keeping the bytes beside its fields.

    Raises:
        msgspec.DecodeError: it is not a JSON object, or holds no vectors.
    """
    found = read_sourced(data, Embeddings)
    if not msgspec.json.decode(found.to_json(), type=_Vectors).data:
        raise msgspec.DecodeError("its `data` is empty, which is where the vectors should be")
    return found


class _Vectors(msgspec.Struct):
    """What has to be there."""

    data: tuple[msgspec.Raw, ...]


def check_embedding(body: dict[str, Any]) -> None:
    """See that decoded JSON is a request for embeddings. Fields nobody knows pass: they are for the server to judge.

    Raises:
        InvalidRequestError: it is not; `param` says where.
    """
    for name in ("input", "model"):
        if body.get(name) is None:
            raise InvalidRequestError(f"{name} is missing", param=name)
    for name in ("model", "user"):
        if not isinstance(body.get(name), str | None):
            raise InvalidRequestError(f"{name} must be a string, not {shown(body[name])}", param=name)
    wanted = body.get("encoding_format")
    if wanted is not None and wanted not in get_args(Format):
        raise InvalidRequestError(
            f"encoding_format must be 'float' or 'base64', not {shown(wanted)}", param="encoding_format"
        )
    size: object = body.get("dimensions")
    if size is not None and not (_is_whole(size) and size >= 1):
        raise InvalidRequestError(f"dimensions must be a whole number from 1, not {shown(size)}", param="dimensions")
    inputs_of(body["input"])


def inputs_of(given: object) -> list[Any]:
    """The inputs, each by itself: texts, or lists of tokens.

    Raises:
        InvalidRequestError: they are none, or one of them is empty.
    """
    many: list[Any] = [*cast("Iterable[Any]", given)] if isinstance(given, list) else [given]
    if isinstance(given, list) and many and all(map(_is_whole, many)):
        many = [many]
    if len(many) > MOST:
        raise InvalidRequestError(f"input has {len(many)} parts, and may have {MOST}", param="input")
    if not many or not (all(isinstance(each, str) for each in many) or all(map(_is_tokens, many))):
        raise InvalidRequestError(
            "input must be a text, an array of texts, an array of tokens, or an array of such arrays", param="input"
        )
    for place, each in enumerate(many):
        if not each:
            raise InvalidRequestError(f"input[{place}] is empty", param="input")
    return many


def _is_tokens(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_whole, cast("list[object]", value)))


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
