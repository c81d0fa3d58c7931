"""The endpoint on its socket: uvicorn around the app, until the owner says stop."""

from __future__ import annotations

import asyncio
import hashlib
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from dragoman.engine.app import App
from dragoman.engine.generate import Generator
from dragoman.engine.llama import Llama

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.engine.child import Told

DRAIN = 2
"""Seconds that running answers have left when the engine is told to stop."""


def serve(told: Told, ready: Callable[[], None]) -> None:
    """Answer on the outer socket until SIGTERM; `ready` is called once it listens."""
    asyncio.run(_serve(told, ready))


async def _serve(told: Told, ready: Callable[[], None]) -> None:
    folder = Path(told.folder)
    llama = Llama(folder / "llama.sock")
    card = {"id": told.name, "object": "model", "created": int(time.time()), "owned_by": "dragoman"}
    generator = Generator(llama, told.name, fingerprint(told), told.slots, told.context)
    app = App(generator, llama, card, await llama.vocabulary(), told.slots + told.queue)
    config = uvicorn.Config(
        app,
        uds=str(folder / "engine.sock"),
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
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.005)
    if server.started:
        ready()
    await serving


def fingerprint(told: Told) -> str:
    """Changes when an answer to the same seed may: with the library, the weights, or how they are run."""
    facts = (version("xllamacpp"), told.name, Path(told.model).stat().st_size, told.threads, told.context)
    return "fp_" + hashlib.sha256(repr(facts).encode()).hexdigest()[:10]
