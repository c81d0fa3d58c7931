"""Makes the calls of one client, in both colours. Shells: they hold no decisions.

`Caller` and `AsyncCaller` are twins.
"""

from __future__ import annotations

import inspect
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman import exchange
from dragoman.errors import APIError
from dragoman.openai.answer import document, received
from dragoman.openai.errors import explain
from dragoman.openai.stream import AsyncStream, Stream
from dragoman.secret import Secret
from dragoman.stream import AsyncStream as OurAsyncStream
from dragoman.stream import Stream as OurStream
from dragoman.stream import adrive, drive
from dragoman.stream.ask import aask, ask

if TYPE_CHECKING:
    from dragoman.exchange import Call
    from dragoman.openai.answer import Received
    from dragoman.openai.config import Config
    from dragoman.transport import AsyncTransport, Transport


class Caller:
    """Makes blocking calls.

    Attributes:
        config: what the client was made with.
        transport: what carries them.
    """

    def __init__(self, config: Config, transport: Transport) -> None:
        self._config = config
        self.transport = transport

    def config(self) -> Config:
        """What the client was made with."""
        return self._config

    def ask(self, call: Call, holds: str) -> Received:
        """Make a call that is answered by a document with a field `holds`.

        Raises:
            dragoman.openai.APIError: it failed.
        """
        try:
            return ask(call, self.transport, partial(received, holds=holds), partial(document, holds=holds))
        except APIError as error:
            raise explain(error, call) from error

    def stream(self, call: Call) -> Stream[Any]:
        """Make a call that is answered by a stream; returns when its first content has arrived.

        Raises:
            dragoman.openai.APIError: it failed.
        """
        try:
            return Stream(OurStream(call, drive(exchange.stream(call, time), self.transport)), call)
        except APIError as error:
            raise explain(error, call) from error


class AsyncCaller:
    """Makes asynchronous calls.

    Attributes:
        transport: what carries them.
    """

    def __init__(self, config: Config, transport: AsyncTransport) -> None:
        self._config = config
        self.transport = transport

    async def config(self) -> Config:
        """What the client was made with; the credential asked for anew where it is a function's."""
        config = self._config
        if config.ask_key is None:
            return config
        key = config.ask_key()
        settings = config.settings
        secret = Secret(await key if inspect.isawaitable(key) else key)
        return replace(config, settings=msgspec.structs.replace(settings, key=secret))

    async def ask(self, call: Call, holds: str) -> Received:
        """Make a call that is answered by a document with a field `holds`.

        Raises:
            dragoman.openai.APIError: it failed.
        """
        try:
            return await aask(call, self.transport, partial(received, holds=holds), partial(document, holds=holds))
        except APIError as error:
            raise explain(error, call) from error

    async def stream(self, call: Call) -> AsyncStream[Any]:
        """Make a call that is answered by a stream; returns when its first content has arrived.

        Raises:
            dragoman.openai.APIError: it failed.
        """
        try:
            return AsyncStream(OurAsyncStream(call, await adrive(exchange.stream(call, time), self.transport)), call)
        except APIError as error:
            raise explain(error, call) from error
