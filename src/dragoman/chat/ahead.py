"""What a call would be, before it is made: `chat.curl` and `chat.count`. Shells: they hold no decisions.

`Ahead` and `AsyncAhead` are twins, held equal by a test.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dragoman.call import create_call, stream_call
from dragoman.stream import adrive, drive

if TYPE_CHECKING:
    from typing import Unpack

    from dragoman.call.settings import Settings
    from dragoman.chat.arguments import Arguments
    from dragoman.chat.count import Count
    from dragoman.transport import AsyncTransport, Transport


class _Shown:
    _settings: Settings

    def curl(self, *, stream: bool | None = None, **arguments: Unpack[Arguments]) -> str:
        """The request as a command for a shell; variables stand for credentials, so it may be passed on.

        Raises:
            InvalidRequestError: the call is wrong as written.
            ConfigurationError: it asks the embedded model, which curl cannot reach.
        """
        # Imported here, as below, because few calls are looked at first.
        from dragoman.chat.curl import command  # noqa: PLC0415

        make = stream_call if stream else create_call
        return command(make(self._settings, arguments), self._settings.dialect.credential)


class Ahead(_Shown):
    """What a call would be; the arguments are those of `create`."""

    _transport: Transport

    def count(self, **arguments: Unpack[Arguments]) -> Count:
        """How many tokens the prompt has, and what it costs: by who would answer where it can, else a guess.

        Raises:
            InvalidRequestError: the call is wrong as written.
            ContextLengthError: the embedded model has no room for the prompt.
            APIError: the server could not be asked.
        """
        from dragoman.chat.count import counting  # noqa: PLC0415

        return drive(counting(self._settings, arguments, time), self._transport)


class AsyncAhead(_Shown):
    """What a call would be; the arguments are those of `create`."""

    _transport: AsyncTransport

    async def count(self, **arguments: Unpack[Arguments]) -> Count:
        """How many tokens the prompt has, and what it costs: by who would answer where it can, else a guess.

        Raises:
            InvalidRequestError: the call is wrong as written.
            ContextLengthError: the embedded model has no room for the prompt.
            APIError: the server could not be asked.
        """
        from dragoman.chat.count import counting  # noqa: PLC0415

        return await adrive(counting(self._settings, arguments, time), self._transport)
