"""From what a user writes to the request that travels: address, body, headers. No I/O.

Each method of a client turns what the client was made with, its `Settings`, and its own arguments into a `Call`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from dragoman.call.kinds import check_object, check_options
from dragoman.call.settings import LOCAL, limits, policy
from dragoman.call.written import written
from dragoman.dialect import ANTHROPIC, RESPONSES
from dragoman.errors import InvalidRequestError
from dragoman.exchange import Call
from dragoman.names import fresh
from dragoman.transport import Outgoing
from dragoman.wire.completion import Sourced

if TYPE_CHECKING:
    from collections.abc import Callable

    from dragoman.answer.reading import Translation
    from dragoman.call.settings import Party, Settings
    from dragoman.dialect.spoken import Spoken
    from dragoman.exchange import Timeouts
    from dragoman.exchange.cancellation import Cancellation
    from dragoman.exchange.continuation import Resume
    from dragoman.retry import Retry

    Make = Callable[[Settings, Mapping[str, Any]], Call]


class Null:
    """The type of `NULL`."""

    __slots__ = ()

    def __repr__(self) -> str:
        """As it is written."""
        return "NULL"


NULL: Any = Null()
"""Sends an explicit `null`; `None` leaves the field out."""


def _encodable(value: object) -> object:
    """What JSON does not know: our own objects, NULL, and models of other libraries that can dump themselves."""
    if isinstance(value, Null):
        return None
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(exclude_none=True)
    raise InvalidRequestError(f"a request cannot hold a {type(value).__name__}: JSON has no form for it")


_encode = msgspec.json.Encoder(enc_hook=_encodable).encode


def create_call(settings: Settings, arguments: Mapping[str, Any]) -> Call:
    """The call that asks for a completion in one piece, from a method's keyword arguments.

    Raises:
        InvalidRequestError: an argument is missing or cannot be used.
    """
    if settings.party is not None:
        return _of_party(settings, settings.party, create_call, arguments)
    body, options = _split(settings, arguments)
    if body.get("stream") is True:
        raise InvalidRequestError("stream is True where one whole answer is given: use chat.stream", param="stream")
    call = _chat_call(settings, body, options)
    return call if options.cancel is None else _cancellable(call, options.cancel)


def stream_call(settings: Settings, arguments: Mapping[str, Any]) -> Call:
    """The call that asks for a streamed completion, from a method's keyword arguments.

    The usage is asked for where the dialect can say it and the caller did not decide, and then kept out of the
    chunks: a loop over `chunk.choices[0]` was not written for a chunk without choices.

    Raises:
        InvalidRequestError: an argument is missing or cannot be used.
    """
    if settings.party is not None:
        return _of_party(settings, settings.party, stream_call, arguments)
    resumes = settings.resume is not None or arguments.get("resume") is not None
    if resumes:
        arguments = lasting(arguments)
    body, options = _split(settings, arguments)
    body["stream"] = True
    hide_usage = settings.dialect.usage and "stream_options" not in body
    if hide_usage:
        body["stream_options"] = {"include_usage": True}
    call = _chat_call(settings, body, options, hide_usage=hide_usage)
    if resumes:
        call = _resumable(call, settings, arguments, lambda make, asked: make(settings, asked))
    return call if options.cancel is None else _cancellable(call, options.cancel)


def body_call(
    settings: Settings,
    body: Mapping[str, Any],
    headers: Mapping[str, str] | None,
    timeout: float | Timeouts | None = None,
) -> Call:
    """The call that sends a JSON body as it is.

    Raises:
        InvalidRequestError: it holds what JSON cannot.
    """
    if settings.party is not None:
        return settings.party.call(lambda one, asked: body_call(one, asked, headers, timeout), body)
    check_object("body", body)
    options = Options(timeout=timeout, headers=headers)
    check_options(options)
    return _chat_call(settings, dict(body), options)


class Options(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an argument of a method says of its call, not of its request; see `dragoman.chat.arguments`."""

    timeout: float | Timeouts | None = None
    retries: int | Retry | None = None
    headers: Mapping[str, str] | None = None
    extra_query: Mapping[str, Any] | None = None
    extra_body: Mapping[str, Any] | None = None
    cancel: Cancellation | None = None
    resume: int | Resume | None = None


PLAIN = Options()
"""A call about which nothing was said."""

_MISTAKEN = "extra_headers"
"""What `headers` is called in other clients: it may hold a credential, which is nothing for a request's body."""

_none_given = frozenset({*Options.__struct_fields__, _MISTAKEN}).isdisjoint


def _of_party(settings: Settings, party: Party, make: Make, arguments: Mapping[str, Any]) -> Call:
    """The call of several; what ends it, and goes on with it, is for all of them together, not for each."""

    def apply(make: Make, asked: Mapping[str, Any]) -> Call:
        return party.call(make, asked, arguments.get("retries"))

    arguments = lasting(arguments)
    call = apply(make, {**arguments, **_ABOVE})
    if make is stream_call:
        call = _resumable(call, settings, arguments, apply)
    return _cancellable(call, arguments.get("cancel"))


_ABOVE = {"cancel": None, "resume": 0}
"""What says nothing of a call as a whole."""


def _resumable(
    call: Call,
    settings: Settings,
    arguments: Mapping[str, Any],
    apply: Callable[[Make, Mapping[str, Any]], Call],
) -> Call:
    given = arguments.get("resume")
    if given is None and settings.resume is None:
        return call
    # Imported here because few streams are gone on with.
    from dragoman.exchange.continuation import resume_of  # noqa: PLC0415
    from dragoman.exchange.resume import resumable  # noqa: PLC0415

    policy = resume_of(given, settings.resume)
    if policy is None:
        return call
    return resumable(call, policy, {**arguments, **_ABOVE}, apply, stream_call)


def _cancellable(call: Call, cancel: Cancellation | None) -> Call:
    if cancel is None:
        return call
    # Imported here because few calls are ended from elsewhere.
    from dragoman.exchange.guard import cancellable  # noqa: PLC0415

    return cancellable(call, cancel)


def _split(settings: Settings, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], Options]:
    """The request's own fields, None left out, and the options of the call."""
    # A copy that little is taken out of takes a third of what putting all else together does.
    body = dict(arguments)
    for name, value in arguments.items():
        if value is None:
            del body[name]
    options = PLAIN
    if not _none_given(body):
        if _MISTAKEN in body:
            raise InvalidRequestError(f"{_MISTAKEN} are headers here: headers={{…}}", param=_MISTAKEN)
        options = Options(**{name: body.pop(name) for name in Options.__struct_fields__ if name in body})
        check_options(options)
    messages: Any = body.get("messages")
    if messages.__class__ is not list or not _all_dicts(messages):
        body["messages"] = _sent(messages, settings)
    if "model" not in body:
        body["model"] = _default_model(settings)
    if options.extra_body:
        body |= options.extra_body
    return body, options


def _all_dicts(messages: list[object]) -> bool:
    for message in messages:  # noqa: SIM110 - `all` and a generator take twice as long, for each call
        if message.__class__ is not dict:
            return False
    return True


def _sent(messages: Any, settings: Settings) -> list[object]:  # noqa: ANN401 - whatever a caller wrote
    """Messages as they travel."""
    if messages is None:
        raise InvalidRequestError("messages is missing: pass a text, or a list of messages", param="messages")
    if isinstance(messages, str):
        return [{"role": "user", "content": messages}]
    return [as_sent(message, settings.dialect.message_lacks) for message in several(messages)]


def lasting(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """A method's arguments for more requests than one: what can be gone through only once would be gone by then.

    Raises:
        InvalidRequestError: the messages are none.
    """
    messages = arguments.get("messages")
    if messages is None or isinstance(messages, str | list):
        return arguments
    return {**arguments, "messages": [*several(messages)]}


def several(messages: Any) -> Iterable[Any]:  # noqa: ANN401 - whatever a caller wrote
    """Messages, where they are several: one alone would be taken apart, a mapping into its names.

    Raises:
        InvalidRequestError: they are not.
    """
    given: object = messages
    kind = type(given).__name__
    if isinstance(given, Mapping | Sourced | bytes) or not isinstance(given, Iterable):
        raise InvalidRequestError(f"messages is a text, or a list of messages, not a {kind}", param="messages")
    found: Iterable[Any] = messages
    return found


def _default_model(settings: Settings) -> str:
    model = settings.model or (LOCAL if settings.engine is not None else "")
    if not model:
        raise InvalidRequestError(f"model is missing: say which model of {settings.base_url} to ask", param="model")
    return model


def as_sent(message: object, lacks: frozenset[str] = frozenset()) -> object:
    """A message as it travels: one that was received goes back with every field it came with.

    But for those in `lacks`: another vendor's own, which the one that is asked now is known to refuse.
    """
    if not isinstance(message, Sourced):
        return message
    if lacks:
        said = message.to_dict()
        if not lacks.isdisjoint(said):
            return {name: value for name, value in said.items() if name not in lacks}
    return msgspec.Raw(message.to_json())


def _chat_call(settings: Settings, body: dict[str, Any], options: Options, *, hide_usage: bool = False) -> Call:
    dialect = settings.dialect
    streamed = body.get("stream") is True
    if dialect.api != "chat":
        spoken, translation = _spoken(settings, body)
        asked: dict[str, Any] = body.get("stream_options") or {}
        # Other APIs' streams always say the usage: who did not ask for it is spared the chunk.
        hidden = hide_usage or asked.get("include_usage") is not True
        return post_call(
            settings, spoken.path, spoken.body, options, streamed, dialect.done, hidden, translation, spoken.changes
        )
    path = dialect.path
    if not dialect.plain or ANTHROPIC in body or RESPONSES in body:
        path, body = dialect.target(str(body.get("model", ""))), dialect.speak(body)
    return post_call(settings, path, body, options, streamed, dialect.done, hide_usage)


def post_call(  # noqa: PLR0913, PLR0917 - what a call is made of
    settings: Settings,
    path: str,
    payload: object,
    options: Options = PLAIN,
    streamed: bool = False,  # noqa: FBT001, FBT002 - as `Call` has them
    done: bool = False,  # noqa: FBT001, FBT002 - likewise
    hide_usage: bool = False,  # noqa: FBT001, FBT002 - likewise
    translation: Translation | None = None,
    changes: tuple[str, ...] = (),
) -> Call:
    """The call that sends a document, `path` from the address on.

    Args:
        settings: those of the client.
        path: where to, a query behind it included.
        payload: what is sent, as JSON.
        options: what was said of this call.
        streamed: whether events are to come back.
        done: see `Call`.
        hide_usage: likewise.
        translation: likewise.
        changes: likewise.

    Raises:
        InvalidRequestError: the payload holds what JSON cannot.
    """
    timeouts, retry = settings.timeouts, settings.retry
    if options is not PLAIN:
        timeouts, retry = limits(options.timeout, timeouts), policy(options.retries, retry)
        if options.extra_query is not None:
            path = _asked_with(path, options.extra_query)
    url, secret, shared = settings.bound("stream" if streamed else "post", path, options.headers)
    # One key for each call, the same in each attempt: a server that saw the first does not bill the second.
    own = (("idempotency-key", fresh()),)
    return Call(
        Outgoing("POST", url, shared, written(payload, _encode, _encodable), timeouts.connect, own),
        timeouts,
        retry,
        secret,
        settings.hooks,
        done,
        hide_usage,
        translation,
        changes,
        settings.limiter,
    )


def _asked_with(path: str, query: Mapping[str, Any]) -> str:
    """A path with more behind its question mark; a list says a name several times, None leaves it out."""
    try:
        said = urlencode([(name, value) for name, value in query.items() if value is not None], doseq=True)
    except UnicodeEncodeError:
        raise InvalidRequestError("extra_query holds half of a surrogate pair", param="extra_query") from None
    return f"{path}{'&' if '?' in path else '?'}{said}" if said else path


def _spoken(settings: Settings, body: dict[str, Any]) -> tuple[Spoken, Translation]:
    """A request in another API's words, and how its answer is read."""
    # Imported here, as each API is below, because few programs speak another.
    from dragoman.wire.check import check_request  # noqa: PLC0415

    # What a caller writes may hold objects that only become JSON when they are encoded.
    request: dict[str, Any] = msgspec.json.decode(encode(body))
    if ANTHROPIC not in request:
        check_request(request)
    if settings.dialect.api == "responses":
        from dragoman.dialect import responses  # noqa: PLC0415

        return responses.speak(request, settings.manner), responses.Translation()
    from dragoman.dialect import anthropic  # noqa: PLC0415

    spoken = anthropic.speak(request, settings.manner)
    return spoken, anthropic.Translation(spoken.answer)


def get_call(
    settings: Settings,
    path: str,
    *,
    timeout: float | Timeouts | None = None,
    headers: Mapping[str, str] | None = None,
    retries: int | Retry | None = None,
) -> Call:
    """The call that fetches a document, `path` from the address on."""
    url, secret, shared = settings.bound("get", path, headers)
    timeouts = limits(timeout, settings.timeouts)
    return Call(
        Outgoing("GET", url, shared, b"", timeouts.connect),
        timeouts,
        policy(retries, settings.retry),
        secret,
        settings.hooks,
    )


def encode(body: object) -> bytes:
    """A request's body as JSON.

    Raises:
        InvalidRequestError: it holds what JSON cannot.
    """
    return written(body, _encode, _encodable)
