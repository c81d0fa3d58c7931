"""From a method's arguments to the call that is made: body, headers, query, limits. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from dragoman.call import as_sent
from dragoman.call.written import written
from dragoman.errors import InvalidRequestError
from dragoman.exchange import Call
from dragoman.names import fresh
from dragoman.openai.config import query_string
from dragoman.openai.limits import limits
from dragoman.openai.omitted import given, is_given, is_omitted, not_given
from dragoman.openai.shape import BaseModel
from dragoman.transport import Outgoing

if TYPE_CHECKING:
    from dragoman.call.settings import Kind
    from dragoman.errors import APIError
    from dragoman.openai.arguments import Messages
    from dragoman.openai.config import Config, Headers
    from dragoman.retry import Pausing

Query = Mapping[str, Any]
"""Parameters to put after an address."""


class Options:
    """What one call says in place of its client.

    Args:
        extra_headers: above the client's; `omit` leaves one out.
        extra_query: beside the client's.
        extra_body: fields put on top of the body.
        timeout: see `dragoman.openai.limits`.
    """

    __slots__ = ("body", "headers", "query", "timeout")

    def __init__(
        self,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Any = None,  # noqa: ANN401 - an object; the original's type says any
        timeout: Any = not_given,  # noqa: ANN401 - see `limits`
    ) -> None:
        self.headers = extra_headers
        self.query = extra_query
        self.body = extra_body
        self.timeout = timeout


OPTIONS = ("extra_headers", "extra_query", "extra_body", "timeout")
"""The arguments of a method that are `Options`."""


@cache
def known() -> frozenset[str]:
    """The names of a request's fields, but those that say what is asked of whom."""
    # Imported at the first call: none before it needs the wire's types.
    from dragoman.wire.request import ChatOptions  # noqa: PLC0415

    return frozenset(ChatOptions.__annotations__)


def completion_call(  # noqa: PLR0913 - what a request is made of
    config: Config,
    method: str,
    *,
    messages: Messages,
    model: str,
    stream: Any,  # noqa: ANN401 - true, false, null or left out
    arguments: Mapping[str, Any],
) -> Call:
    """The call that asks for a completion.

    Raises:
        TypeError: there is an argument that the method does not have.
        InvalidRequestError: (a ValueError) something in it cannot be sent.
    """
    asked: dict[str, Any] = {"messages": [as_sent(message) for message in listed(messages)], "model": model}
    if is_given(stream):
        asked["stream"] = stream
    fields, options = split(arguments, method)
    return post(config, "/chat/completions", asked | fields, options)


def listed(messages: Messages) -> list[Any]:
    """A conversation, which may come from a generator; not a text or one message, whose letters or names would be sent.

    Raises:
        InvalidRequestError: (a ValueError) it is none.
    """
    kind: type = type(messages)
    if not issubclass(kind, list) and (issubclass(kind, str | bytes | Mapping) or not issubclass(kind, Iterable)):
        raise InvalidRequestError(f"messages is a list of messages, not a {kind.__name__}", param="messages")
    return [*messages]


def split(arguments: Mapping[str, Any], method: str) -> tuple[dict[str, Any], Options]:
    """The request's own fields, None among them, and the options of the call.

    Raises:
        TypeError: there is an argument that the method does not have.
    """
    body: dict[str, Any] = {}
    options: dict[str, Any] = {}
    names = known()
    for name, value in arguments.items():
        if name in OPTIONS:
            options[name] = value
        elif name not in names:
            raise TypeError(f"{method}() got an unexpected keyword argument {name!r}: extra_body sends what it lacks")
        elif is_given(value):
            body[name] = value
    return body, Options(**options)


def post(config: Config, path: str, body: dict[str, Any], options: Options) -> Call:
    """The call that sends a body.

    Raises:
        InvalidRequestError: (a ValueError) something in it cannot be sent.
    """
    settings = config.settings
    if options.body:
        body = given({**body, **options.body})
    call = _call(config, options, "POST", path, "stream" if body.get("stream") is True else "post")
    # One key for each call, the same in each attempt: a server that saw the first does not bill the second.
    key = (("idempotency-key", fresh()),)
    return replace(call, request=replace(call.request, body=encode(settings.dialect.speak(body)), own=key))


def get(config: Config, path: str, options: Options) -> Call:
    """The call that fetches a document."""
    return _call(config, options, "GET", path, "get")


def _call(config: Config, options: Options, method: str, path: str, kind: Kind) -> Call:
    settings = config.settings
    headers = options.headers
    theirs = given(headers) if headers else None
    query = {**config.query, **(options.query or {})}
    url, secret, shared = settings.bound(kind, path + query_string(query) if query else path, theirs)
    omitted = config.omitted
    if headers:
        omitted = omitted.union(name.lower() for name, value in headers.items() if is_omitted(value))
        omitted -= {name.lower() for name in theirs or ()}
    if omitted:
        shared = tuple(pair for pair in shared if pair[0].lower() not in omitted)
    timeouts = limits(options.timeout) if is_given(options.timeout) else settings.timeouts
    return Call(
        request=Outgoing(method, url, shared, b"", timeouts.connect),
        timeouts=timeouts,
        retry=settings.retry,
        secret=secret,
        done=settings.dialect.done,
    )


class Counted:
    """A retry policy that counts what it grants.

    Attributes:
        taken: how many further attempts it granted.
    """

    def __init__(self, policy: Pausing) -> None:
        self._policy = policy
        self.taken = 0

    def pause(self, error: APIError, attempt: int, chance: float) -> float | None:
        """Seconds to wait before the next attempt; None where there is none."""
        pause = self._policy.pause(error, attempt, chance)
        self.taken += pause is not None
        return pause


def counted(call: Call) -> tuple[Call, Counted]:
    """The same call, with its further attempts counted."""
    policy = Counted(call.retry)
    return replace(call, retry=policy), policy


def _plain(value: object) -> object:
    """What JSON does not know: models of this face and of pydantic, and whatever can be walked through.

    Models go back with every field they came with, null among them, and no other.
    """
    if isinstance(value, BaseModel):
        return value.to_dict()
    if isinstance(value, type):
        raise InvalidRequestError(f"a request cannot hold the type {value.__name__}: chat.completions.parse takes it")
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(exclude_unset=True, mode="json")
    if isinstance(value, Iterable):
        return list(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - of whatever it gives
    raise InvalidRequestError(f"a request cannot hold a {type(value).__name__}: JSON has no form for it")


_encode = msgspec.json.Encoder(enc_hook=_plain).encode


def encode(body: object) -> bytes:
    """A request's body as JSON.

    Raises:
        InvalidRequestError: (a ValueError) it holds what JSON cannot.
    """
    return written(body, _encode, _plain)
