"""A run of tools as a conversation: ask the model, call what it wants called, tell it, until it answers. No I/O.

`rounds` is a generator, as an exchange is. It yields effects; whoever drives it performs each and sends the outcome
back in. Tools may fail, be refused, or be called with what they do not take: the model is told, and may do better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import msgspec

from dragoman.call import create_call, several, stream_call
from dragoman.cost.total import added, estimated
from dragoman.errors import InvalidRequestError, RunLimitError, TimeLimitError
from dragoman.exchange.timeouts import within
from dragoman.stream.events import Following
from dragoman.structured import why_not
from dragoman.structured.parse import asked_for, read_parsed
from dragoman.tools import Tool, content_of, sendable, text_of
from dragoman.tools.runs import (
    Approve,
    Ask,
    Consent,
    Flow,
    Invocation,
    InvocationEvent,
    Invoke,
    Limits,
    Next,
    Open,
    Outcome,
    Result,
    ResultEvent,
    RoundEvent,
    Tell,
    Toolish,
)
from dragoman.wire.completion import Completion, Message, ToolCall, Usage

if TYPE_CHECKING:
    from dragoman.call.settings import Settings
    from dragoman.errors import RunLimit
    from dragoman.exchange import Call, Clock
    from dragoman.exchange.cancellation import Cancellation
    from dragoman.structured.output import Output
    from dragoman.wire.message import RequestMessage

Json = dict[str, Any]


class Plan:
    """What a run was asked to do.

    Args:
        settings: what the client was made with.
        arguments: those of the method: see `dragoman.chat.arguments.RunArguments`.
        output: the type of the answer; None for text.

    Attributes:
        settings: as given.
        messages: the conversation so far.
        tools: the functions, by name.
        asked: the arguments of each round's call.
        output: the type as it is asked for.
        limits: where the run ends though the model has not answered.
        approve: asked before each call of a tool; None for no questions.
        cancel: what ends the run from elsewhere; None for nothing.

    Raises:
        InvalidRequestError: the call is wrong as written.
    """

    def __init__(self, settings: Settings, arguments: Mapping[str, Any], output: object = None) -> None:
        asked = dict(arguments)
        said = asked.pop("messages", None)
        if said is None:
            raise InvalidRequestError("messages is missing: pass a text, or a list of messages", param="messages")
        self.settings = settings
        self.messages: list[RequestMessage | Message] = (
            [{"role": "user", "content": said}] if isinstance(said, str) else [*several(said)]
        )
        limits: Any = asked.pop("limits", None)
        if limits is not None and not isinstance(limits, Limits):
            raise InvalidRequestError(f"limits are dragoman.Limits, not a {type(limits).__name__}", param="limits")
        self.limits: Limits = limits or Limits()
        self.approve: Approve | None = asked.pop("approve", None)
        if self.approve is not None and not callable(self.approve):
            raise InvalidRequestError(f"approve is a function, not a {type(self.approve).__name__}", param="approve")
        self.cancel: Cancellation | None = asked.get("cancel")
        self.tools: dict[str, Tool[..., Any]] = {}
        given: Any = asked.pop("tools", None) or ()
        if callable(given) or isinstance(given, str | Mapping) or not hasattr(given, "__iter__"):
            raise InvalidRequestError("tools is a list, also of one", param="tools")
        definitions = [self._definition(one) for one in given]
        self.asked: Json = {**asked, "messages": self.messages, "tools": definitions or None}
        self.output: Output[Any] | None = None
        if output is not None:
            self.output, self.asked = asked_for(output, self.asked)

    def _definition(self, given: Toolish) -> Any:  # noqa: ANN401 - a TypedDict, or what a caller writes in its place
        if isinstance(given, Mapping):
            return cast("Any", given)
        made: Tool[..., Any] = cast("Tool[..., Any]", given) if isinstance(given, Tool) else Tool(given)
        if self.tools.setdefault(made.name, made) is not made:
            raise InvalidRequestError(f"two tools are called {made.name!r}", param="tools")
        return made.definition


class _Course:
    """A run under way."""

    def __init__(self, plan: Plan, clock: Clock) -> None:
        self.plan = plan
        self.clock = clock
        self.deadline = clock.monotonic() + plan.limits.seconds
        self.completion = Completion()
        self.usage: Usage | None = None
        self.spent = 0
        self.round = 0

    def result(self, parsed: Any = None, pending: tuple[ToolCall, ...] = ()) -> Result[Any]:  # noqa: ANN401 - any type
        """The run as far as it has come."""
        return Result(self.completion, self.plan.messages, self.usage, self.round, parsed, pending)

    def check(self) -> None:
        """Raise where another round is not to be begun."""
        limits = self.plan.limits
        if self.round >= limits.rounds:
            self.stop("rounds", f"the model had not answered after {limits.rounds} rounds")
        if limits.tokens is not None and self.spent >= limits.tokens:
            self.stop("tokens", f"the model had not answered after {self.spent} of {limits.tokens} tokens")
        self.check_time()

    def check_time(self) -> None:
        """Raise where time is up."""
        if self.clock.monotonic() >= self.deadline:
            self.stop("seconds", f"the run was not over within {self.plan.limits.seconds:g} s")

    def stop(self, limit: RunLimit, sentence: str) -> None:
        """Raise that a limit was come to."""
        raise RunLimitError(sentence, limit=limit, result=self.result(), partial=self.completion)

    def call(self, *, streamed: bool) -> Call:
        """The call of the round that begins."""
        self.round += 1
        make = stream_call if streamed else create_call
        call = make(self.plan.settings, self.plan.asked)
        total = min(call.timeouts.total, self.deadline - self.clock.monotonic())
        return msgspec.structs.replace(call, timeouts=within(call.timeouts, total))

    def take(self, completion: Completion, sent: bytes) -> None:
        """Take what the model said."""
        self.completion = completion
        self.usage = added(self.usage, completion.usage)
        self.spent += estimated(completion, sent)
        self.plan.messages.append(completion.message)
        if self.plan.asked.get("tool_choice") not in (None, "none", "auto"):
            # What the model was made to call is called: made to again, it could never answer.
            del self.plan.asked["tool_choice"]


def rounds(plan: Plan, clock: Clock, *, streamed: bool = False) -> Flow[Result[Any]]:
    """Run: ask, call tools, tell the model, until it answers without calling any.

    Raises:
        RunLimitError: it came to a limit first.
        OutputError: the answer is not of the type asked for.
    """
    course = _Course(plan, clock)
    while True:
        course.check()
        call = course.call(streamed=streamed)
        try:
            completion: Completion = (yield from _streamed(call)) if streamed else (yield Ask(call))
        except TimeLimitError:
            course.check_time()
            raise
        course.take(completion, call.request.body)
        yield Tell(RoundEvent(completion, course.round))
        if not completion.tool_calls:
            parsed = None if plan.output is None else read_parsed(plan.output, completion, course.usage).parsed
            return course.result(parsed)
        pending = yield from _answered(course, completion.tool_calls)
        if pending:
            return course.result(pending=pending)


def _streamed(call: Call) -> Flow[Completion]:
    """Ask for a stream and tell what it says."""
    stream = yield Open(call)
    following = Following()
    while (chunk := (yield Next(stream))) is not None:
        for event in following.take(chunk):
            yield Tell(event)
    for event in following.end(stream.usage):
        yield Tell(event)
    return cast("Completion", stream.completion)


def _answered(course: _Course, calls: Sequence[ToolCall]) -> Flow[tuple[ToolCall, ...]]:
    """Call what the model wants called, and put what it is told among the messages; the calls that are not ours."""
    theirs = {name for name in map(_defined, course.plan.asked.get("tools") or ()) if name not in course.plan.tools}
    pending = tuple(call for call in calls if _called(call) in theirs)
    told: dict[int, ResultEvent] = {}
    agreed: dict[int, Invocation] = {}
    for place, call in enumerate(calls):
        if call in pending:
            continue
        invocation = _invocation(course, call)
        refused = invocation if isinstance(invocation, str) else (yield from _refusal(course.plan, invocation))
        if isinstance(invocation, str) or refused is not None:
            told[place] = ResultEvent(call, refused or "", failed=True)
        else:
            agreed[place] = invocation
            yield Tell(InvocationEvent(invocation))
    if agreed:
        outcomes: list[Outcome | None] = yield Invoke([*agreed.values()], course.deadline)
        for (place, invocation), outcome in zip(agreed.items(), outcomes, strict=True):
            told[place] = _told(invocation, outcome)
    for _, event in sorted(told.items()):
        message = {"role": "tool", "tool_call_id": event.call.id, "content": event.content}
        course.plan.messages.append(cast("RequestMessage", message))
        yield Tell(event)
    return pending


def _defined(definition: Mapping[str, Any]) -> str:
    named: Mapping[str, Any] = definition.get("function") or definition.get("custom") or {}
    return str(named.get("name", ""))


def _called(call: ToolCall) -> str:
    named = call.function or call.custom
    return named.name if named is not None else ""


def _invocation(course: _Course, call: ToolCall) -> Invocation | str:
    """A call with its arguments read; or what the model is told where they cannot be."""
    name = _called(call)
    tool = course.plan.tools.get(name)
    if tool is None or call.function is None:
        return f"Error: there is no tool called {name!r}; there are: {', '.join(course.plan.tools)}"
    try:
        return Invocation(name, tool.read(call.function.arguments), call, course.round, tool)
    except Exception as error:  # noqa: BLE001 - a type's own checks are the program's code: of any failure the model is told
        return f"Error: {name} was not called: its arguments are not what it takes: {sendable(why_not(error))}"


def _refusal(plan: Plan, invocation: Invocation) -> Flow[str | None]:
    """What the model is told where a call is not approved; None where it is."""
    verdict = True if plan.approve is None else (yield Consent(plan.approve, invocation))
    if verdict is True:
        return None
    why = verdict if isinstance(verdict, str) else "it was not approved"
    return f"Error: {invocation.name} was not called: {why}"


def _told(invocation: Invocation, outcome: Outcome | None) -> ResultEvent:
    call, name = invocation.call, invocation.name
    if outcome is None:
        return ResultEvent(call, f"Error: {name} did not return in time", failed=True)
    if outcome.error is not None:
        said = sendable(f"{type(outcome.error).__name__}: {text_of(outcome.error)}")
        return ResultEvent(call, f"Error: {name} failed: {said}", failed=True)
    return ResultEvent(call, content_of(outcome.value), failed=False, value=outcome.value)
