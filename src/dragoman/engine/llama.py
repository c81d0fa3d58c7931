"""llama.cpp itself: started in this process on an inner Unix socket, and spoken to there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import msgspec
import xllamacpp

from dragoman.sse import Decoder, is_done
from dragoman.transport import Outgoing
from dragoman.transport.aio import AsyncioTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from dragoman.transport import AsyncAnswer

Json = dict[str, Any]

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}"
    "{% if not (open and loop.last) %}<|im_end|>\n{% endif %}{% endfor %}"
    "{% if not open %}<|im_start|>assistant\n{% endif %}"
)
"""ChatML. The weights' own template adds a system message nobody wrote, which makes this model answer worse. `open`
leaves the last message unfinished, to be gone on from."""

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


def start(model: str, name: str, socket: Path, slots: int, context: int, threads: int) -> Any:  # noqa: ANN401, PLR0913, PLR0917 - a type without stubs; what the owner told
    """Load a model and serve it on a socket; returns what has to be kept alive.

    Raises:
        RuntimeError: the file cannot be loaded.
    """
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.model_alias = {name}
    params.hostnames = [str(socket)]
    params.n_ctx = slots * context
    params.n_parallel = slots
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    # One cache for all slots makes an answer depend on its neighbours: a seed would mean nothing.
    params.kv_unified = False
    params.cache_prompt = True
    params.prefill_assistant = False
    params.sse_ping_interval = -1
    params.verbosity = 0
    params.endpoint_slots = True
    from dragoman.engine.weights import NAME  # noqa: PLC0415 - another model keeps its own template

    if name == NAME:
        params.chat_template = TEMPLATE
    return xllamacpp.Server(params)


class Llama:
    """llama.cpp's inner endpoint.

    Args:
        socket: where it listens.
    """

    def __init__(self, socket: Path) -> None:
        self._url = f"http+unix://{quote(str(socket), safe='')}"
        self._sockets = AsyncioTransport(trust_env=False)

    async def tokens(self, messages: list[Json], template: Json) -> int:
        """How many tokens a conversation is, the template's own included."""
        prompt = await self._post("/apply-template", {"messages": messages, **template})
        found = await self._post("/tokenize", {"content": prompt["prompt"], "parse_special": True})
        return len(found["tokens"])

    async def busy(self) -> int:
        """How many slots are at work."""
        return sum(slot["is_processing"] for slot in await self._get("/slots"))

    async def vocabulary(self) -> int:
        """How many tokens the model knows."""
        return cast("int", (await self._get("/v1/models"))["data"][0]["meta"]["n_vocab"])

    async def pieces(self, work: Json) -> AsyncIterator[Json]:
        """Generate: llama.cpp's own chunks, as they come; leaving the iterator stops the work.

        Raises:
            Refused: llama.cpp does not take the work, or broke it off.
        """
        answer = await self._ask("POST", "/v1/chat/completions", work | {"stream": True})
        decoder = Decoder()
        until = time.monotonic() + LONG
        try:
            while data := await answer.read(until):
                for event in decoder.feed(data):
                    if is_done(event.data):
                        answer.finish()
                        return
                    piece: Json = msgspec.json.decode(event.data)
                    if "error" in piece:
                        raise _refusal(500, piece)
                    yield piece
        finally:
            answer.close()

    async def _post(self, path: str, body: Json) -> Any:  # noqa: ANN401 - JSON of llama.cpp's own
        return await self._whole(await self._ask("POST", path, body))

    async def _get(self, path: str) -> Any:  # noqa: ANN401 - JSON of llama.cpp's own
        return await self._whole(await self._ask("GET", path, None))

    async def _ask(self, method: str, path: str, body: Json | None) -> AsyncAnswer:
        data = b"" if body is None else msgspec.json.encode(body)
        request = Outgoing(method, self._url + path, (("content-type", "application/json"),), data)
        answer = await self._sockets.send(request, time.monotonic() + LONG)
        if answer.status != 200:  # noqa: PLR2004 - llama.cpp's only success
            raise _refusal(answer.status, await self._whole(answer))
        return answer

    async def _whole(self, answer: AsyncAnswer) -> Any:  # noqa: ANN401 - JSON of llama.cpp's own
        return msgspec.json.decode(await answer.whole(time.monotonic() + LONG, 1 << 26))


def _refusal(status: int, body: Json) -> Refused:
    error = body.get("error") or {}
    return Refused(int(error.get("code") or status), str(error.get("message") or "llama.cpp gave no reason"))
