"""Where chunks come from: the client's own core with an address, the model on this machine included."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from dragoman.client import AsyncDragoman
from dragoman.errors import DragomanError, ServerError, StatusError

if TYPE_CHECKING:
    from dragoman.call import Key
    from dragoman.stream import AsyncStream
    from dragoman.wire.card import ModelCard, ModelList
    from dragoman.wire.completion import Completion

FRESH = 5.0
"""Seconds for which one look at an upstream's health is believed."""

LOOK = 5.0
"""Seconds such a look may take."""


class Upstream:
    """One endpoint, or the model on this machine.

    Args:
        address: the endpoint's; None for the embedded model, a path for weights of the user's own.
        api_key: its credential; default as `Dragoman`'s.
    """

    def __init__(self, address: str | None, *, api_key: Key | None = None) -> None:
        self.address = address
        self._client = AsyncDragoman(address or "local", api_key=api_key)
        self._looked_at = -FRESH
        self._trouble: str | None = None
        self._looking = asyncio.Lock()

    async def send(self, body: dict[str, Any]) -> Completion | AsyncStream:
        """Ask; streamed or not as the body says. Raises as `AsyncChat.send`."""
        return await self._client.chat.send(body)

    async def models(self) -> ModelList:
        """What it offers. Raises as `AsyncModels.list`."""
        return await self._client.models.list()

    async def model(self, name: str) -> ModelCard:
        """One model it offers. Raises as `AsyncModels.retrieve`."""
        return await self._client.models.retrieve(name)

    async def warm(self) -> None:
        """Start the model, where it is on this machine: its first caller need not wait for it."""
        if self.address is None or self.address.endswith(".gguf"):
            await self.trouble()

    async def trouble(self) -> str | None:
        """Why it cannot answer now, in one sentence; None when it can."""
        async with self._looking:
            if time.monotonic() - self._looked_at >= FRESH or self._trouble is not None:
                self._trouble = await self._look()
                self._looked_at = time.monotonic()
            return self._trouble

    async def _look(self) -> str | None:
        try:
            await self._client.models.list(timeout=LOOK)
        except ServerError as error:
            return error.message
        except StatusError:
            # It answers; that it keeps its list to itself says nothing of its completions.
            return None
        except DragomanError as error:
            return str(error)
        return None

    def close(self) -> None:
        """Close its connections."""
        self._client.close()
