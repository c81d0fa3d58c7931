"""llama.cpp itself: started in this process on an inner Unix socket, and spoken to there."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote

import msgspec
import xllamacpp

from dragoman.sse import Decoder, is_done
from dragoman.transport import NoAnswer, Outgoing
from dragoman.transport.aio import AsyncioTransport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable

    from dragoman.engine.child import Told
    from dragoman.transport import AsyncAnswer

Json = dict[str, Any]
T = TypeVar("T")

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}"
    "{% if not (open and loop.last) %}<|im_end|>\n{% endif %}{% endfor %}"
    "{% if not open %}<|im_start|>assistant\n{% endif %}"
)
"""ChatML. The weights' own template adds a system message nobody wrote, which makes this model answer worse. `open`
leaves the last message unfinished, to be gone on from."""

MOMENT = 0.5
"""Seconds after which llama.cpp is asked anew who is at work."""

BATCH = 512
"""Tokens that are computed at once. Memory grows with it, and no text that is embedded may be longer: the mean of its
tokens is taken of one batch."""

LONG = 3600.0
"""Seconds that one inner exchange may take; the caller's own limits end it earlier."""


class Refused(Exception):  # noqa: N818 - an outcome the endpoint passes on
    """llama.cpp said no.

    Attributes:
        status: its HTTP status.
        message: its sentence.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def start(told: Told) -> Any:  # noqa: ANN401 - a type without stubs
    """Load a model and serve it on a socket; returns what has to be kept alive.

    Raises:
        RuntimeError: the file cannot be loaded.
    """
    library: Any = xllamacpp
    params = library.CommonParams()
    params.model.path = told.model
    params.model_alias = {told.name}
    params.hostnames = [str(inner(told.folder))]
    params.n_ctx = told.slots * told.context
    params.n_parallel = told.slots
    params.cpuparams.n_threads = told.threads
    params.cpuparams_batch.n_threads = told.threads
    # One cache for all slots makes an answer depend on its neighbours: a seed would mean nothing.
    params.kv_unified = False
    params.cache_prompt = True
    params.prefill_assistant = False
    # Answers stay what they were: a batch holds either the one kind of work or the other.
    params.embedding = True
    # A model that was made to write has no vector for a whole text. That of the last token, the other usual choice,
    # finds kindred texts less well.
    params.pooling_type = library.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    params.n_ubatch = BATCH
    params.sse_ping_interval = -1
    params.verbosity = 0
    params.endpoint_slots = True
    if told.embedded:
        # Another model keeps its own template.
        params.chat_template = TEMPLATE
    return library.Server(params)


def inner(folder: str) -> Path:
    """The socket on which llama.cpp listens."""
    return Path(folder) / "llama.sock"


class Llama:
    """llama.cpp's inner endpoint.

    Args:
        socket: where it listens.
    """

    def __init__(self, socket: Path) -> None:
        self._url = f"http+unix://{quote(str(socket), safe='')}"
        self._sockets = AsyncioTransport(trust_env=False)

    def close(self) -> None:
        """Close its connections."""
        self._sockets.close()

    async def tokens(self, messages: list[Json], template: Json) -> int:
        """How many tokens a conversation is, the template's own included."""
        prompt = await self._post("/apply-template", {"messages": messages, **template})
        found = await self._post("/tokenize", {"content": prompt["prompt"], "parse_special": True})
        return len(found["tokens"])

    async def length(self, text: str) -> int:
        """How many tokens a text is that is embedded."""
        return len(
            (await self._post("/tokenize", {"content": text, "add_special": True, "parse_special": True}))["tokens"]
        )

    async def vector(self, work: Json) -> tuple[Any, int]:
        """Embed one text: its vector, written as the work says, and how many tokens it is.

        Raises:
            Refused: llama.cpp does not take the work.
        """
        found = await self._post("/v1/embeddings", work)
        return found["data"][0]["embedding"], found["usage"]["prompt_tokens"]

    async def busy(self) -> int | None:
        """How many slots are at work; None when it does not say in time.

        Where its threads queue for a processor, llama.cpp now and then keeps this answer back until the work is done.
        Asked anew, it mostly answers at once.
        """
        for _ in range(2):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(MOMENT):
                    return _at_work(await self._get("/slots"))
        return None

    async def vocabulary(self) -> int:
        """How many tokens the model knows."""
        return cast("int", (await self._get("/v1/models"))["data"][0]["meta"]["n_vocab"])

    async def pieces(self, work: Json) -> AsyncGenerator[Json]:
        """Generate: llama.cpp's own chunks, as they come; leaving the iterator stops the work.

        Raises:
            Refused: llama.cpp does not take the work, or broke it off.
        """
        answer = await self._ask("POST", "/v1/chat/completions", work | {"stream": True})
        decoder = Decoder()
        until = time.monotonic() + LONG
        try:
            while data := await _came(answer.read(until)):
                for event in decoder.feed(data):
                    if is_done(event.data):
                        answer.finish()
                        return
                    piece: Json = msgspec.json.decode(event.data)
                    if "error" in piece:
                        raise _refusal(500, piece)
                    yield piece
            raise Refused(500, "llama.cpp broke off before the end of its answer")
        finally:
            answer.close()

    async def _post(self, path: str, body: Json) -> Any:  # noqa: ANN401 - JSON of llama.cpp's own
        return await self._whole(await self._ask("POST", path, body))

    async def _get(self, path: str) -> Any:  # noqa: ANN401 - JSON of llama.cpp's own
        return await self._whole(await self._ask("GET", path, None))

    async def _ask(self, method: str, path: str, body: Json | None) -> AsyncAnswer:
        data = b"" if body is None else msgspec.json.encode(body)
        request = Outgoing(method, self._url + path, (("content-type", "application/json"),), data)
        answer = await _came(self._sockets.send(request, time.monotonic() + LONG))
        if answer.status != 200:  # noqa: PLR2004 - llama.cpp's only success
            raise _refusal(answer.status, await self._whole(answer))
        return answer

    async def _whole(self, answer: AsyncAnswer) -> Any:  # noqa: ANN401 - JSON of llama.cpp's own
        return msgspec.json.decode(await _came(answer.whole(time.monotonic() + LONG, 1 << 26)))


def _at_work(slots: list[Json]) -> int:
    return sum(slot["is_processing"] for slot in slots)


async def _came(outcome: Awaitable[T]) -> T:
    try:
        return await outcome
    except NoAnswer as failure:
        raise Refused(500, f"llama.cpp broke off: {failure.detail}") from None


def _refusal(status: int, body: Json) -> Refused:
    error: Json = body.get("error") or {}
    return Refused(int(error.get("code") or status), str(error.get("message") or "llama.cpp gave no reason"))
