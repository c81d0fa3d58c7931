"""Asking for a type: the answer read as it, and asked for again where it is none. No I/O.

What is returned is always of the type. A refusal, a cut answer and one of another shape are errors of their own, with
the text received: see `OutputError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from dragoman.amount import is_count
from dragoman.call import create_call, lasting
from dragoman.cost.total import added, estimated
from dragoman.errors import (
    ContentFilterError,
    InvalidOutputError,
    InvalidRequestError,
    LengthError,
    OutputError,
    RefusalError,
)
from dragoman.exchange import complete
from dragoman.exchange.timeouts import within
from dragoman.structured import why_not
from dragoman.structured.output import Output, output_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.call.settings import Settings
    from dragoman.exchange import Clock, Flow
    from dragoman.wire.completion import Choice, Completion, Usage

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reask:
    """Ask again when an answer is not of the type: the model is told where it is not.

    Attributes:
        times: how often, at most.
        tokens: how many tokens all asks together may use, prompts included: none is made once they have. Where a
            server does not say what it used, a token for every four bytes sent and received counts.

    Raises:
        InvalidRequestError: one of them is no whole number from 0.
    """

    times: int = 1
    tokens: int = 10_000

    def __post_init__(self) -> None:
        """Refuse what is no count."""
        for name in self.__slots__:
            if not is_count(count := getattr(self, name)):
                raise InvalidRequestError(f"{name} is a whole number from 0, not {count!r}", param="reask")


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """An answer as the type that was asked for.

    Attributes:
        parsed: the first choice's.
        every: each choice's, where the request's `n` asked for several.
        completion: the answer as it came.
        usage: how many tokens all asks used; None where the server did not say.
        asks: how often was asked.
    """

    parsed: T
    every: tuple[T, ...]
    completion: Completion
    usage: Usage | None
    asks: int = 1


def asked_for(output: object, arguments: Mapping[str, Any]) -> tuple[Output[Any], dict[str, Any]]:
    """A type as it is asked for, and the arguments of a method that ask for it.

    Raises:
        InvalidRequestError: it has no JSON Schema, or the caller asked for a format too.
    """
    if arguments.get("response_format") is not None:
        raise InvalidRequestError("output is the response_format already: leave one of them out", param="output")
    wanted = output_of(output)
    return wanted, {**lasting(arguments), "response_format": wanted.response_format}


def parsing(
    settings: Settings,
    output: object,
    reask: int | Reask | None,
    arguments: Mapping[str, Any],
    clock: Clock,
) -> Flow[Parsed[Any]]:
    """Ask for a type, within one deadline for all asks.

    Raises:
        InvalidRequestError: the call is wrong as written.
        OutputError: the answer is not of the type.
    """
    wanted, asked = asked_for(output, arguments)
    policy = reask if isinstance(reask, Reask) else Reask(times=reask or 0)
    call = create_call(settings, asked)
    deadline = clock.monotonic() + call.timeouts.total
    usage: Usage | None = None
    spent, asks = 0, 0
    while True:
        left = within(call.timeouts, deadline - clock.monotonic())
        completion = yield from complete(msgspec.structs.replace(call, timeouts=left), clock)
        asks += 1
        usage = added(usage, completion.usage)
        spent += estimated(completion, call.request.body)
        try:
            return read_parsed(wanted, completion, usage, asks)
        except InvalidOutputError as error:
            error.attempts = asks
            if asks > policy.times or spent >= policy.tokens or clock.monotonic() >= deadline:
                raise
            asked["messages"] = corrected(asked["messages"], completion, error)
            call = create_call(settings, asked)


def corrected(messages: Any, completion: Completion, error: InvalidOutputError) -> list[Any]:  # noqa: ANN401 - a text or messages
    """The conversation that asks again."""
    said = [{"role": "user", "content": messages}] if isinstance(messages, str) else [*messages]
    wish = (
        f"This is not what was asked for: {error.message}. "
        "Answer again, with JSON that matches the schema and nothing else."
    )
    return [*said, completion.choices[error.place].message, {"role": "user", "content": wish}]


def read_parsed(wanted: Output[T], completion: Completion, usage: Usage | None, asks: int = 1) -> Parsed[T]:
    """An answer as the type that was asked for.

    Raises:
        OutputError: it is not.
    """
    every = tuple(_read(wanted, completion, place) for place in range(len(completion.choices)))
    return Parsed(every[0], every, completion, usage, asks)


def _read(wanted: Output[T], completion: Completion, place: int) -> T:
    try:
        return _read_choice(wanted, completion.choices[place], completion)
    except OutputError as error:
        error.place = place
        raise


def _read_choice(wanted: Output[T], choice: Choice, completion: Completion) -> T:
    message = choice.message
    if message.refusal:
        raise RefusalError(f"the model refused: {message.refusal}", partial=completion)
    if choice.finish_reason == "length":
        raise _unread(LengthError, "the answer was cut at its longest: allow more tokens", completion)
    if choice.finish_reason == "content_filter":
        raise _unread(ContentFilterError, "the answer was cut by the vendor's filter", completion)
    if message.tool_calls:
        raise _unread(OutputError, "the model called tools instead of answering: chat.run answers them", completion)
    try:
        return wanted.read(message.content or "")
    except Exception as error:  # whatever a type's own checks, the program's code, raise
        sentence = f"the answer is not of the type asked for: {why_not(error)}"
        raise _unread(InvalidOutputError, sentence, completion) from error


def _unread(cls: type[OutputError], sentence: str, completion: Completion) -> OutputError:
    return cls(sentence, partial=completion)
