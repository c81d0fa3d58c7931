"""Embeddings as callers ask for them: `POST /v1/embeddings`, texts or tokens, answered in one piece. No I/O.

What an upstream answers is passed on as it is: vectors of two models cannot be compared, so nothing here makes one
look like another's.
"""

from __future__ import annotations

from typing import Any

from dragoman.cost.estimate import size_of, tokens_of
from dragoman.errors import InvalidRequestError
from dragoman.gateway.tongue import Chat, What
from dragoman.wire.check import decode_body
from dragoman.wire.embedding import check_embedding, inputs_of


class Embeddings(Chat):
    """The tongue of those who ask for vectors."""

    asks: What = "embeddings"

    def hear(self, raw: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The request in a body; fields nobody here knows stay in it. Raises as `Tongue.hear`."""
        body = decode_body(raw)
        check_embedding(body)
        if body.get("stream"):
            raise InvalidRequestError("stream: embeddings come in one piece; leave it out", param="stream")
        return body, ()

    def prompt(self, body: dict[str, Any]) -> int:
        """Of tokens their number, of texts a guess by their bytes."""
        return sum(
            tokens_of(size_of(each)) if isinstance(each, str) else len(each) for each in inputs_of(body["input"])
        )


EMBEDDINGS = Embeddings()
