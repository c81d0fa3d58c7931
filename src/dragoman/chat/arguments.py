"""The keyword arguments of the client's methods: a request's own fields, and those of the call. Types; no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Required, TypedDict

from dragoman.exchange import Timeouts
from dragoman.exchange.cancellation import Cancellation
from dragoman.exchange.continuation import Resume
from dragoman.retry import Retry
from dragoman.tools.runs import Approve, Limits, Toolish
from dragoman.wire.request import ChatOptions, GenerationOptions, Messages, ServiceOptions


class CallOptions(TypedDict, total=False):
    """What is asked, of which model, and how the call is made."""

    messages: Required[Messages]
    """A user's text, or the conversation so far; a completion's `message` can be put in it as it is."""
    model: str | None
    """Which model to ask; default the client's own, and the embedded engine needs none."""
    timeout: float | Timeouts | None
    """Seconds for the whole call, attempts and pauses included, or each limit; default the client's."""
    retries: int | Retry | None
    """How often to try again, or the whole policy; default the client's."""
    headers: Mapping[str, str] | None
    """Sent with this call, above the client's."""
    cancel: Cancellation | None
    """Ends the call from elsewhere, whatever it waits for: see `dragoman.Cancellation`."""
    resume: int | Resume | None
    """Of a stream: True, or how often it is gone on with where it breaks off, or the whole policy; default never."""
    extra_query: Mapping[str, Any] | None
    """Put behind the address's question mark; a list says its name several times."""
    extra_body: Mapping[str, Any] | None
    """Fields of the request that this version does not know, put on top of it."""


class Arguments(ChatOptions, CallOptions):
    """What `chat.create`, `chat.parse` and `chat.stream` take. None leaves a request's field out, `NULL` sends null."""


class RunArguments(GenerationOptions, ServiceOptions, CallOptions, total=False):
    """What `chat.run` takes: its tools, and what `Arguments` has, for each call of the model."""

    tools: Required[Sequence[Toolish]]
    """What the model may call: functions, whose signatures and docstrings say what they take and do; a `Tool`; or the
    definition of one, whose calls end the run and are left to the caller."""
    limits: Limits | None
    """Where it ends though the model has not answered; default ten rounds."""
    approve: Approve | None
    """Asked before each call of a tool: returns True, or False, or a sentence that tells the model why not."""
