"""`client.embeddings`: texts to vectors, in both colours. Shells but for the reading of what came."""

from __future__ import annotations

import array
import binascii
import sys
from typing import TYPE_CHECKING, Any, Literal

from dragoman.openai.answer import raw
from dragoman.openai.calls import Options, counted, post
from dragoman.openai.omitted import given, is_given, not_given, omit
from dragoman.openai.types.embedding import CreateEmbeddingResponse
from dragoman.wire.tolerant import objects_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dragoman.exchange import Call
    from dragoman.openai.answer import APIResponse, Received
    from dragoman.openai.caller import AsyncCaller, Caller
    from dragoman.openai.calls import Query
    from dragoman.openai.config import Config, Headers

    Input = str | Sequence[str] | Iterable[int] | Iterable[Iterable[int]]


def embedding_call(config: Config, arguments: dict[str, Any], options: Options) -> Call:
    """The call that asks for vectors: as base64, a third of their size as numbers, where no format is named."""
    body = given(arguments)
    if not is_given(arguments.get("encoding_format", omit)):
        body["encoding_format"] = "base64"
    return post(config, "/embeddings", body, options)


def read_embeddings(received: Received, encoding_format: Any = omit) -> CreateEmbeddingResponse:  # noqa: ANN401 - as `create`
    """The vectors of an answer; base64 is decoded where the program did not ask for it.

    Raises:
        ValueError: a vector is neither numbers nor their base64.
    """
    value = received.value
    if not is_given(encoding_format):
        for item in objects_in(value.get("data")):
            if isinstance(item.get("embedding"), str):
                item["embedding"] = floats(item["embedding"])
    return CreateEmbeddingResponse.answered(value, received.headers)


def floats(text: str) -> list[float]:
    """Numbers of 32 bits, little-endian, from their base64.

    Raises:
        ValueError: it is none.
    """
    numbers = array.array("f")
    try:
        numbers.frombytes(binascii.a2b_base64(text))
    except ValueError as error:
        raise ValueError(f"an embedding is no base64 of numbers of 32 bits: {error}") from None
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()


class Embeddings:
    """Texts to vectors.

    Attributes:
        with_raw_response: the same method, answered with the headers.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.with_raw_response = RawEmbeddings(caller)

    def create(  # noqa: PLR0913 - the original's own
        self,
        *,
        input: Input,  # noqa: A002 - the wire's own word
        model: str,
        dimensions: int = omit,
        encoding_format: Literal["float", "base64"] = omit,
        user: str = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: object = None,
        timeout: Any = not_given,  # noqa: ANN401 - see `dragoman.openai.limits`
    ) -> CreateEmbeddingResponse:
        """Make vectors of texts: `POST …/embeddings`.

        Args:
            input: a text, several, or their tokens.
            model: which model to ask.
            dimensions: how many numbers a vector is to have.
            encoding_format: `float`, or `base64`, which is then not decoded; left out, vectors travel as base64 and
                come out as numbers.
            user: who asks, for the vendor's abuse monitoring.
            extra_headers: above the client's; `omit` leaves one out.
            extra_query: beside the client's.
            extra_body: fields put on top of the body.
            timeout: for each attempt, in place of the client's.

        Raises:
            APIError: the call failed; see `dragoman.openai.errors` for how.
        """
        arguments = {
            "input": input,
            "model": model,
            "dimensions": dimensions,
            "encoding_format": encoding_format,
            "user": user,
        }
        options = Options(extra_headers, extra_query, extra_body, timeout)
        received = self._caller.ask(embedding_call(self._caller.config(), arguments, options), "data")
        return read_embeddings(received, encoding_format)


class RawEmbeddings:
    """Texts to vectors, answered with the headers."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def create(self, **arguments: Any) -> APIResponse[CreateEmbeddingResponse]:  # noqa: ANN401 - as `Embeddings.create`
        """Make vectors of texts; the arguments are those of `Embeddings.create`."""
        options = _options(arguments)
        call, policy = counted(embedding_call(self._caller.config(), arguments, options))
        received = self._caller.ask(call, "data")
        wanted = arguments.get("encoding_format", omit)
        return raw(call, received, lambda: read_embeddings(received, wanted), policy.taken)


class AsyncEmbeddings:
    """Texts to vectors.

    Attributes:
        with_raw_response: the same method, answered with the headers.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller
        self.with_raw_response = AsyncRawEmbeddings(caller)

    async def create(  # noqa: PLR0913 - the original's own
        self,
        *,
        input: Input,  # noqa: A002 - the wire's own word
        model: str,
        dimensions: int = omit,
        encoding_format: Literal["float", "base64"] = omit,
        user: str = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: object = None,
        timeout: Any = not_given,  # noqa: ANN401 - see `dragoman.openai.limits`
    ) -> CreateEmbeddingResponse:
        """Make vectors of texts: `POST …/embeddings`; the arguments are those of `Embeddings.create`.

        Raises:
            APIError: the call failed; see `dragoman.openai.errors` for how.
        """
        arguments = {
            "input": input,
            "model": model,
            "dimensions": dimensions,
            "encoding_format": encoding_format,
            "user": user,
        }
        options = Options(extra_headers, extra_query, extra_body, timeout)
        received = await self._caller.ask(embedding_call(await self._caller.config(), arguments, options), "data")
        return read_embeddings(received, encoding_format)


class AsyncRawEmbeddings:
    """Texts to vectors, answered with the headers."""

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    async def create(self, **arguments: Any) -> APIResponse[CreateEmbeddingResponse]:  # noqa: ANN401 - as `Embeddings.create`
        """Make vectors of texts; the arguments are those of `Embeddings.create`."""
        options = _options(arguments)
        call, policy = counted(embedding_call(await self._caller.config(), arguments, options))
        received = await self._caller.ask(call, "data")
        wanted = arguments.get("encoding_format", omit)
        return raw(call, received, lambda: read_embeddings(received, wanted), policy.taken)


def _options(arguments: dict[str, Any]) -> Options:
    """Take a call's options out of a method's arguments."""
    names = ("extra_headers", "extra_query", "extra_body", "timeout")
    return Options(**{name: arguments.pop(name) for name in names if name in arguments})
