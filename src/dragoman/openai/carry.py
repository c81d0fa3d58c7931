"""What carries a client's calls: our own transport, one that was given, a user's httpx client, the embedded engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from dragoman.errors import InvalidRequestError

if TYPE_CHECKING:
    from dragoman.call.settings import Settings
    from dragoman.transport import AsyncTransport, Transport


def transport(settings: Settings, given: Any) -> Transport:  # noqa: ANN401 - a Transport, or httpx's or httpx2's Client
    """What carries blocking calls; imported when a client is made."""
    if given is not None:
        if not _is_httpx(given, settings):
            return cast("Transport", given)
        from dragoman.transport.httpx import HttpxTransport  # noqa: PLC0415 - only for those who have httpx

        return HttpxTransport(given)
    if settings.engine is not None:
        from dragoman.engine import Engine, EngineTransport  # noqa: PLC0415 - only for those who ask it

        return EngineTransport(Engine.shared(settings.engine or None))
    from dragoman.transport.blocking import BlockingTransport  # noqa: PLC0415 - when it is needed

    return BlockingTransport()


def async_transport(settings: Settings, given: Any) -> AsyncTransport:  # noqa: ANN401 - as `transport`, asynchronous
    """What carries asynchronous calls; imported when a client is made."""
    if given is not None:
        if not _is_httpx(given, settings):
            return cast("AsyncTransport", given)
        from dragoman.transport.httpx import AsyncHttpxTransport  # noqa: PLC0415 - only for those who have httpx

        return AsyncHttpxTransport(given)
    if settings.engine is not None:
        from dragoman.engine import AsyncEngineTransport, Engine  # noqa: PLC0415 - only for those who ask it

        return AsyncEngineTransport(Engine.shared(settings.engine or None))
    from dragoman.transport.aio import AsyncioTransport  # noqa: PLC0415 - when it is needed

    return AsyncioTransport()


def _is_httpx(given: object, settings: Settings) -> bool:
    """Whether a client is httpx's, or a wrapping of one; else it is a transport."""
    if not hasattr(given, "send"):
        raise TypeError(f"http_client is an httpx client or a dragoman transport, not {type(given).__name__}")
    if not hasattr(given, "build_request"):
        return False
    if settings.engine is not None:
        raise InvalidRequestError(
            "no http_client reaches the model on this machine, which base_url or DRAGOMAN_BASE_URL names: leave it "
            "out, or let `dragoman serve` give that model an address",
            param="http_client",
        )
    return True
