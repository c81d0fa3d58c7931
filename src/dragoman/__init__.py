"""One chat-completions stack that speaks every vendor's dialect, both ways.

    from dragoman import Dragoman

    with Dragoman() as client:
        print(client.chat.create(messages="Who is the best French painter?").text)

The names below are the public ones. Each is imported when it is first used, so that `import dragoman` costs next to
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dragoman.answer.spent import Spent
    from dragoman.call import NULL
    from dragoman.call.settings import VERSION
    from dragoman.chat.arguments import Arguments
    from dragoman.chat.count import Count
    from dragoman.chat.raw import RawResponse
    from dragoman.client import AsyncDragoman, Dragoman
    from dragoman.errors import (
        APIError,
        AuthenticationError,
        BadRequestError,
        CallCancelledError,
        ConfigurationError,
        ConflictError,
        ConnectionFailedError,
        ContentFilterError,
        ContentTooLargeError,
        ContextLengthError,
        DragomanError,
        EngineError,
        InvalidOutputError,
        InvalidRequestError,
        LengthError,
        NotFoundError,
        OutputError,
        OverloadedError,
        PermissionDeniedError,
        ProtocolError,
        QuotaError,
        RateLimitError,
        RefusalError,
        RunLimitError,
        ServerError,
        StatusError,
        StreamClosedError,
        TimeLimitError,
        TruncatedError,
        UnprocessableError,
    )
    from dragoman.exchange import Timeouts
    from dragoman.exchange.cancellation import Cancellation
    from dragoman.exchange.continuation import Resume
    from dragoman.limiter import Limiter
    from dragoman.rates import RateLimit, RateLimits
    from dragoman.retry import Retry
    from dragoman.stream import AsyncStream, Stream
    from dragoman.stream.events import (
        ArgumentsEvent,
        CallEvent,
        Event,
        FinishEvent,
        ReasoningEvent,
        RefusalEvent,
        TextEvent,
        UsageEvent,
    )
    from dragoman.structured.parse import Parsed, Reask
    from dragoman.structured.typed import AsyncTypedStream, TypedStream
    from dragoman.tools import Tool, tool
    from dragoman.tools.run import AsyncRun, Run
    from dragoman.tools.runs import Invocation, InvocationEvent, Limits, Result, ResultEvent, RoundEvent, RunEvent
    from dragoman.transport.connections import Connections
    from dragoman.tried import Tried
    from dragoman.wire.chunk import Chunk, Delta
    from dragoman.wire.completion import Choice, Completion, Message, ToolCall, Usage

_HOMES = {
    "chat.arguments": "Arguments",
    "call": "NULL",
    "exchange.cancellation": "Cancellation",
    "client": "AsyncDragoman Dragoman",
    "exchange.continuation": "Resume",
    "chat.count": "Count",
    "errors": (
        "APIError AuthenticationError BadRequestError CallCancelledError ConfigurationError ConflictError "
        "ConnectionFailedError ContentFilterError ContentTooLargeError ContextLengthError DragomanError EngineError "
        "InvalidOutputError InvalidRequestError LengthError NotFoundError OutputError OverloadedError "
        "PermissionDeniedError ProtocolError QuotaError RateLimitError RefusalError RunLimitError ServerError "
        "StatusError StreamClosedError TimeLimitError TruncatedError UnprocessableError"
    ),
    "stream.events": "ArgumentsEvent CallEvent Event FinishEvent ReasoningEvent RefusalEvent TextEvent UsageEvent",
    "exchange": "Timeouts",
    "limiter": "Limiter",
    "structured.parse": "Parsed Reask",
    "chat.raw": "RawResponse",
    "rates": "RateLimit RateLimits",
    "retry": "Retry",
    "tools.runs": "Invocation InvocationEvent Limits Result ResultEvent RoundEvent RunEvent",
    "tools.run": "AsyncRun Run",
    "call.settings": "VERSION",
    "answer.spent": "Spent",
    "stream": "AsyncStream Stream",
    "tools": "Tool tool",
    "transport.connections": "Connections",
    "tried": "Tried",
    "structured.typed": "AsyncTypedStream TypedStream",
    "wire.chunk": "Chunk Delta",
    "wire.completion": "Choice Completion Message ToolCall Usage",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "NULL",
    "VERSION",
    "APIError",
    "Arguments",
    "ArgumentsEvent",
    "AsyncDragoman",
    "AsyncRun",
    "AsyncStream",
    "AsyncTypedStream",
    "AuthenticationError",
    "BadRequestError",
    "CallCancelledError",
    "CallEvent",
    "Cancellation",
    "Choice",
    "Chunk",
    "Completion",
    "ConfigurationError",
    "ConflictError",
    "ConnectionFailedError",
    "Connections",
    "ContentFilterError",
    "ContentTooLargeError",
    "ContextLengthError",
    "Count",
    "Delta",
    "Dragoman",
    "DragomanError",
    "EngineError",
    "Event",
    "FinishEvent",
    "InvalidOutputError",
    "InvalidRequestError",
    "Invocation",
    "InvocationEvent",
    "LengthError",
    "Limiter",
    "Limits",
    "Message",
    "NotFoundError",
    "OutputError",
    "OverloadedError",
    "Parsed",
    "PermissionDeniedError",
    "ProtocolError",
    "QuotaError",
    "RateLimit",
    "RateLimitError",
    "RateLimits",
    "RawResponse",
    "Reask",
    "ReasoningEvent",
    "RefusalError",
    "RefusalEvent",
    "Result",
    "ResultEvent",
    "Resume",
    "Retry",
    "RoundEvent",
    "Run",
    "RunEvent",
    "RunLimitError",
    "ServerError",
    "Spent",
    "StatusError",
    "Stream",
    "StreamClosedError",
    "TextEvent",
    "TimeLimitError",
    "Timeouts",
    "Tool",
    "ToolCall",
    "Tried",
    "TruncatedError",
    "TypedStream",
    "UnprocessableError",
    "Usage",
    "UsageEvent",
    "tool",
]


def __getattr__(name: str) -> object:
    """Import a public name at its first use (PEP 562)."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'dragoman' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - a quarter of what importing this module costs

    value = getattr(import_module(f"dragoman.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, also those not imported yet."""
    return __all__
