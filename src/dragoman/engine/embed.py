"""Texts become vectors: what is asked, what this model cannot do, the work on llama.cpp's slots.

The embedded model was made to write, not to compare: the mean of what it makes of a text's tokens finds kindred texts,
but not as well as a model for that would.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.engine.llama import BATCH
from dragoman.errors import ContextLengthError, InvalidRequestError
from dragoman.wire.embedding import inputs_of

if TYPE_CHECKING:
    from dragoman.engine.llama import Llama

Json = dict[str, Any]

KNOWN = frozenset({"dimensions", "encoding_format", "input", "model", "user"})
"""The fields of a request. `user` is accepted: who asks changes nothing."""

SHOWN = 40
"""How many characters of a wrong name are shown."""


class Embedding(msgspec.Struct, frozen=True):
    """What one request asks for.

    Attributes:
        inputs: texts, or the tokens of texts.
        form: how a vector is written: `float`, or `base64`.
    """

    inputs: list[Any]
    form: str


def embedding(request: Json, vocabulary: int) -> Embedding:
    """What a request, its form checked, asks of llama.cpp.

    Args:
        request: the body.
        vocabulary: how many tokens the model knows.

    Raises:
        InvalidRequestError: it asks for what this model cannot do.
    """
    for name in request.keys() - KNOWN:
        if request[name] is not None:
            raise InvalidRequestError(
                f"{name[:SHOWN]}: the engine knows no such parameter of embeddings; leave it out", param=name[:SHOWN]
            )
    if request.get("dimensions") is not None:
        raise InvalidRequestError("dimensions: this model's vectors have one size; leave it out", param="dimensions")
    inputs = inputs_of(request["input"])
    for each in inputs:
        if not isinstance(each, str) and not all(0 <= token < vocabulary for token in each):
            raise InvalidRequestError(
                f"input: this model's tokens are numbers from 0 to {vocabulary - 1}", param="input"
            )
    return Embedding(inputs, request.get("encoding_format") or "float")


class Embedder:
    """Makes vectors.

    Args:
        llama: what computes.
        model: what the model is called in answers.
        slots: what every piece of work waits for.
    """

    def __init__(self, llama: Llama, model: str, slots: asyncio.Semaphore) -> None:
        self._llama = llama
        self._model = model
        self._slots = slots
        # llama.cpp computes what waits for it together, a token of each at a time where they differ in length, and
        # then takes the mean of no more than the last of them: a longer text gets the vector of its end.
        self._alone = asyncio.Lock()

    async def answer(self, work: Embedding) -> Json:
        """The answer to a request: a vector of length 1 for each input, in their order.

        Raises:
            ContextLengthError: an input is too long.
            Refused: llama.cpp does not take the work.
        """
        found: list[Json] = []
        spent = 0
        for place, given in enumerate(work.inputs):
            # Let go in between: others have their turn, and answers in words their slot.
            async with self._alone, self._slots:
                vector, tokens = await self._one(place, given, work.form)
            found.append({"object": "embedding", "index": place, "embedding": vector})
            spent += tokens
        used = {"prompt_tokens": spent, "total_tokens": spent}
        return {"object": "list", "data": found, "model": self._model, "usage": used}

    async def _one(self, place: int, given: Any, form: str) -> tuple[Any, int]:  # noqa: ANN401 - a text, or its tokens
        length = await self._llama.length(given) if isinstance(given, str) else len(given)
        if length > BATCH:
            raise ContextLengthError(
                f"input[{place}] is {length} tokens, and this model embeds {BATCH} at most",
                status=400,
                code="context_length_exceeded",
                param="input",
            )
        return await self._llama.vector({"input": given, "encoding_format": form})
