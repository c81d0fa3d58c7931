"""The endpoint on its socket: uvicorn around the app, until the owner says stop."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from dragoman.engine.app import App
from dragoman.engine.embed import Embedder
from dragoman.engine.generate import Generator
from dragoman.engine.llama import Llama, inner

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from dragoman.engine.child import Told

DRAIN = 2
"""Seconds that running answers have left when the engine is told to stop."""


def serve(told: Told, ready: Callable[[], None]) -> None:
    """Answer on the outer socket until SIGTERM; `ready` is called once it listens."""
    asyncio.run(_serve(told, ready))


async def _serve(told: Told, ready: Callable[[], None]) -> None:
    with contextlib.closing(Llama(inner(told.folder))) as llama:
        await _serve_from(llama, told, ready)


async def _serve_from(llama: Llama, told: Told, ready: Callable[[], None]) -> None:
    card = {"id": told.name, "object": "model", "created": int(time.time()), "owned_by": "dragoman"}
    generator = Generator(llama, told.name, fingerprint(told), told.slots, told.context)
    room = told.slots + told.queue
    embedder = Embedder(llama, told.name, generator.slots)
    app = App(generator, embedder, llama, card, await llama.vocabulary(), room=room, embedded=told.embedded)
    config = uvicorn.Config(
        app,
        uds=str(Path(told.folder) / "engine.sock"),
        http="httptools",
        loop="none",
        lifespan="off",
        ws="none",
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=DRAIN,
    )
    await Server(config, ready).serve()


class Server(uvicorn.Server):
    """uvicorn, which says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        self._ready()


def fingerprint(told: Told) -> str:
    """Changes when an answer to the same seed may: with the library, the weights, or how they are run."""
    facts = (version("xllamacpp"), told.name, Path(told.model).stat().st_size, told.threads, told.context)
    return "fp_" + hashlib.sha256(repr(facts).encode()).hexdigest()[:10]
