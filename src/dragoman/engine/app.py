"""The engine's endpoint: what is asked, the queue, the answer in one piece or streamed, the caller who leaves."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import asgi, sse
from dragoman.answer.fold import fold
from dragoman.engine.ask import plan
from dragoman.engine.embed import embedding
from dragoman.engine.generate import SchemaMismatch
from dragoman.engine.llama import Refused
from dragoman.errors import ContextLengthError, InvalidRequestError
from dragoman.wire.check import check_request, decode_body
from dragoman.wire.chunk import read_chunk
from dragoman.wire.embedding import check_embedding
from dragoman.wire.fault import Fault, encode_fault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from collections.abc import Generator as Generating

    from dragoman.engine.ask import Plan
    from dragoman.engine.embed import Embedder
    from dragoman.engine.generate import Generator
    from dragoman.engine.llama import Llama

Json = dict[str, Any]

BODY_BOUND = 32 * 1024 * 1024
"""The most bytes of a request."""

KEEP_ALIVE = 15.0
"""Seconds of silence after which a stream says that it lives."""

FAILURES = (InvalidRequestError, ContextLengthError, Refused, SchemaMismatch)
"""What a request may fail with."""


class Busy(Exception):  # noqa: N818 - an outcome the endpoint passes on
    """As many requests are taken as there is room for."""


class App:
    """The endpoint, an ASGI application.

    Args:
        generator: what makes the answers.
        embedder: what makes vectors.
        llama: what it makes them with.
        card: what the model says of itself.
        vocabulary: how many tokens the model knows.
        room: how many requests are taken at once, those that wait included.
        embedded: whether the model is the embedded one.
    """

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        generator: Generator,
        embedder: Embedder,
        llama: Llama,
        card: Json,
        vocabulary: int,
        *,
        room: int,
        embedded: bool,
    ) -> None:
        self._generator = generator
        self._embedder = embedder
        self._llama = llama
        self._card = card
        self._vocabulary = vocabulary
        self._room = room
        self._embedded = embedded
        self._taken = 0

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Serve one request."""
        try:
            await self._serve(scope["method"], scope["path"], receive, send)
        except asgi.Disconnected:
            return
        except asgi.BodyTooLarge:
            await _refuse(send, 413, Fault(message=f"the request is larger than {BODY_BOUND} bytes"))
        except Busy as error:
            fault = Fault(message=str(error), type="rate_limit_error", code="engine_busy")
            await asgi.respond(send, 429, encode_fault(fault), [(b"retry-after", b"1")])
        except FAILURES as error:
            await _refuse(send, *_failure(error))

    async def _serve(self, method: str, path: str, receive: asgi.Receive, send: asgi.Send) -> None:
        match method, path:
            case "POST", "/v1/chat/completions":
                await self._chat(receive, send)
            case "POST", "/v1/embeddings":
                await self._embed(receive, send)
            case "GET", "/v1/models":
                await asgi.respond(send, 200, msgspec.json.encode({"object": "list", "data": [self._card]}))
            case "GET", _ if path.startswith("/v1/models/"):
                await self._model(path.removeprefix("/v1/models/"), send)
            case "GET", "/health":
                health = {"status": "ok", "busy": await self._llama.busy(), "taken": self._taken, "room": self._room}
                await asgi.respond(send, 200, msgspec.json.encode(health))
            case _, "/v1/chat/completions" | "/v1/embeddings":
                await _misused(send, method, path, "POST")
            case _, _ if path in {"/v1/models", "/health"} or path.startswith("/v1/models/"):
                await _misused(send, method, path, "GET")
            case _:
                await _refuse(send, 404, Fault(message=f"the engine has no {path}", code="not_found"))

    async def _model(self, name: str, send: asgi.Send) -> None:
        if name == self._card["id"]:
            await asgi.respond(send, 200, msgspec.json.encode(self._card))
        else:
            fault = Fault(message=f"there is no model {name!r} here, only {self._card['id']!r}", code="model_not_found")
            await _refuse(send, 404, fault)

    async def _chat(self, receive: asgi.Receive, send: asgi.Send) -> None:
        request = decode_body(await asgi.read_body(receive, BODY_BOUND))
        check_request(request)
        work = plan(request, self._vocabulary, embedded=self._embedded)
        with self._place():
            await (self._stream(work, receive, send) if work.stream else self._whole(work, receive, send))

    async def _embed(self, receive: asgi.Receive, send: asgi.Send) -> None:
        request = decode_body(await asgi.read_body(receive, BODY_BOUND))
        check_embedding(request)
        work = embedding(request, self._vocabulary)
        with self._place():
            body = msgspec.json.encode(await asgi.unless_gone(receive, self._embedder.answer(work)))
            await asgi.respond(send, 200, body)

    @contextlib.contextmanager
    def _place(self) -> Generating[None]:
        """A request's place among those that are taken.

        Raises:
            Busy: there is none.
        """
        if self._taken >= self._room:
            raise Busy(f"the engine is busy: it takes {self._room} requests at once; try again in a second")
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    async def _whole(self, work: Plan, receive: asgi.Receive, send: asgi.Send) -> None:
        async def collect() -> bytes:
            chunks = [read_chunk(msgspec.json.encode(chunk)) async for chunk in self._generator.chunks(work)]
            return fold(chunks).to_json()

        await asgi.respond(send, 200, await asgi.unless_gone(receive, collect()))

    async def _stream(self, work: Plan, receive: asgi.Receive, send: asgi.Send) -> None:
        async with contextlib.aclosing(self._generator.chunks(work)) as chunks:
            # What can be refused is refused before a stream begins: with a status, not inside a 200.
            first = await asgi.unless_gone(receive, anext(chunks))
            told = partial(_told, first, chunks, work.usage)
            await asgi.stream(send, receive, told, keep_alive=KEEP_ALIVE)


async def _told(first: Json, chunks: AsyncIterator[Json], usage: bool, say: asgi.Say) -> None:  # noqa: FBT001 - of a partial
    """The chunks as events; a failure is an error event and no `[DONE]`."""
    try:
        await asgi.said(say, _event(first, usage=usage))
        async for chunk in chunks:
            if chunk["choices"] or usage:
                await asgi.said(say, _event(chunk, usage=usage))
        await asgi.said(say, sse.DONE)
    except FAILURES as error:
        await asgi.said(say, sse.encode(encode_fault(_failure(error)[1])))


def _event(chunk: Json, *, usage: bool) -> bytes:
    # With include_usage every chunk has the field, null in all but the last (OpenAI's API document, stream_options).
    return sse.encode(msgspec.json.encode(chunk if not usage or "usage" in chunk else chunk | {"usage": None}))


def _failure(error: Exception) -> tuple[int, Fault]:
    """The status and the fault that one of `FAILURES` is."""
    match error:
        case InvalidRequestError():
            return 400, Fault(message=str(error), param=error.param)
        case ContextLengthError():
            return 400, Fault(message=error.message, param=error.param, code=error.code)
        case SchemaMismatch():
            return 500, Fault(message=str(error), type="server_error", code="schema_mismatch")
        case Refused(status=status) if status < 500:  # noqa: PLR2004 - the caller's fault
            return status, Fault(message=str(error), code="engine_error")
        case _:
            return 500, Fault(message=str(error), type="server_error", code="engine_error")


async def _refuse(send: asgi.Send, status: int, fault: Fault) -> None:
    await asgi.respond(send, status, encode_fault(fault))


async def _misused(send: asgi.Send, method: str, path: str, right: str) -> None:
    # The field is a must (RFC 9110 §15.5.6).
    fault = Fault(message=f"{path} takes {right}, not {method}", code="method_not_allowed")
    await asgi.respond(send, 405, encode_fault(fault), [(b"allow", right.encode())])
