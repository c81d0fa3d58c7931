"""A stream that breaks off is gone on with: asked for again from where it stopped, and read as one. No I/O.

A server that goes on with the answer itself, for whoever sends the request again, is sent the request again: of any
answer, and paid once. Of another it is the rest that is asked for: whether that is safe, and how the parts join, is
`dragoman.exchange.continuation`'s to say, here as in the gateway. Each part is a call of its own, to hooks too; the
stream's user sees one answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from msgspec.structs import replace

from dragoman.answer.reading import Parts, Reading
from dragoman.answer.spent import of_chunks
from dragoman.dialect.table import named
from dragoman.errors import APIError, CallCancelledError, DragomanError, InvalidRequestError, ProtocolError
from dragoman.exchange import exchange, more, stream
from dragoman.exchange.attempt import Carrier
from dragoman.exchange.cancellation import Cancellation
from dragoman.exchange.continuation import Joint, beginning_of, is_plain, rest, was_cut
from dragoman.exchange.guard import guarded
from dragoman.exchange.timeouts import within
from dragoman.tried import Tried
from dragoman.wire.request import ChatOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dragoman.call.settings import Settings
    from dragoman.exchange import Beginner, Call, Reader
    from dragoman.exchange.attempt import Attempt, Clock, Flow
    from dragoman.exchange.continuation import Beginning, Resume

    Make = Callable[[Settings, Mapping[str, Any]], Call]
    Apply = Callable[[Make, Mapping[str, Any]], Call]

T = TypeVar("T")

WAITS = "x-dragoman-repeats"
"""The header of an answer that is gone on with, for so many seconds, for whoever was cut off."""

REPLAYED = "idempotent-replayed"
"""The header of an answer to a request that was sent before: it is the same one."""

_OPTIONS = frozenset({"cancel", "extra_query", "headers", "messages", "model", "resume", "retries", "timeout"})


class Resumption:
    """How a call goes whose stream is gone on with, and how that stream is read on.

    Args:
        call: the call, of its first part.
        times: how often another part is asked for.
        again: makes the call for the rest; raises InvalidRequestError where nobody can be asked for it.
    """

    def __init__(self, call: Call, times: int, again: Callable[[Beginning], Call]) -> None:
        self._call = call
        self._times = times
        self._again = again

    def flow(
        self,
        whole: Call,
        clock: Clock,
        read: Reader[T],
        begin: Beginner[T] | None,
        *,
        streamed: bool,
    ) -> Flow[T]:
        """As `exchange`."""
        call = replace(self._call, timeouts=whole.timeouts)
        result = yield from exchange(call, clock, read, begin, streamed=streamed)
        if isinstance(result, Reading):
            result.transport = yield Carrier()
            result.parts = Parts()
        return result

    def more(self, clock: Clock, reading: Reading) -> Flow[None]:
        """As `dragoman.exchange.more`; where the stream has broken off, what another part gives."""
        parts = reading.parts
        if parts is None:
            # Somebody else's driver opened it.
            yield from more(self._call, clock, reading)
            return
        while not reading.ready:
            if parts.part is None:
                yield from more(self._call, clock, reading)
            elif parts.part.attempt is not None:
                yield from more(parts.part.attempt.call, clock, parts.part)
                _take(reading, parts, parts.part)
            error = reading.failure
            if reading.ready or error is None or reading.left:
                return
            asked = yield from self._another(clock, reading, parts, error)
            if not asked:
                return

    def _another(self, clock: Clock, reading: Reading, parts: Parts, error: APIError) -> Flow[bool]:
        """Ask for another part; False where there is none, and the stream ends as it broke off."""
        current = parts.part or reading
        attempt = current.attempt
        left = reading.deadline - clock.monotonic()
        if parts.count >= self._times or attempt is None or left <= 0:
            return False
        kept = WAITS in current.answer.headers and was_cut(error)
        begun = None if kept else beginning_of(error, _tokens(parts, current))
        call = attempt.call if kept else self._rest(begun)
        if call is None:
            return False
        parts.count += 1
        tried = [*attempt.tried, _broken(attempt, current, error)]
        part = yield from self._asked(replace(call, timeouts=within(call.timeouts, left)), clock, reading, parts)
        if isinstance(part, Reading) and kept and REPLAYED not in part.answer.headers:
            # The server has forgotten, and begins another answer, to which what there is of this one cannot be joined.
            part.leave()
            part = APIError("the server began another answer")
        if isinstance(part, Reading):
            _adopt(reading, parts, part, begun, tried)
            return True
        if not reading.left:
            # What its reader has to know is that the stream broke off, and how far it came.
            error.history = (*tried, *part.history)
            reading.lost = reading.lost if part.spent is None else (*reading.lost, part.spent)
            reading.failure, reading.over = error, True
        return False

    def _rest(self, begun: Beginning | None) -> Call | None:
        """The call for the rest of an answer; None where there is none to make."""
        try:
            return None if begun is None else self._again(begun)
        except InvalidRequestError:
            return None

    def _asked(self, call: Call, clock: Clock, reading: Reading, parts: Parts) -> Flow[Reading | APIError]:
        # Whoever leaves the stream meanwhile leaves this.
        parts.cancel = cancel = Cancellation()
        reading.failure, reading.over = None, reading.left
        if reading.left:
            cancel.cancel()
        try:
            return (yield from guarded(stream(call, clock), cancel))
        except CallCancelledError as cancelled:
            if not reading.left:
                raise
            return cancelled
        except APIError as failure:
            return failure
        except DragomanError as failure:
            return APIError(str(failure))
        finally:
            parts.cancel = None


def resumable(call: Call, policy: Resume, arguments: Mapping[str, Any], apply: Apply, ask: Make) -> Call:
    """The same call, its stream gone on with where it breaks off and that is safe.

    Args:
        call: the call.
        policy: how often, and how.
        arguments: the method's.
        apply: gives a maker of calls the settings of whoever is asked.
        ask: makes the call of a stream.
    """
    known = ChatOptions.__annotations__.keys() | _OPTIONS
    asked = {name: value for name, value in arguments.items() if value is not None}
    plain = known.issuperset(asked) and is_plain(asked)

    def again(begun: Beginning) -> Call:
        if not plain:
            raise InvalidRequestError("what a request asks for that is not plain text has no rest to ask for")
        return apply(lambda settings, given: _rest_of(settings, given, begun, policy.like, ask), arguments)

    resumption = Resumption(call, policy.times, again)
    return replace(call, others=resumption, onward=resumption)


def _rest_of(settings: Settings, arguments: Mapping[str, Any], begun: Beginning, like: str, ask: Make) -> Call:
    """The call that asks one server for the rest of an answer."""
    row = named(like) if like else settings.dialect
    continues = row.continues if row is not None else None
    if continues is None or not continues.can(arguments.get("model") or settings.model):
        raise InvalidRequestError(f"{settings.base_url} is not known to go on from the beginning of an answer")
    if continues.base_url:
        if urlsplit(continues.base_url).hostname != urlsplit(settings.base_url).hostname:
            # No credential goes where its owner did not send it.
            raise InvalidRequestError(f"{settings.base_url} is not {continues.base_url}, which goes on with answers")
        # What is kept ready leads to the old address.
        settings = replace(settings, base_url=continues.base_url)
    said = arguments["messages"]
    messages = [{"role": "user", "content": said}] if isinstance(said, str) else [*said]
    asked = rest({**arguments, "messages": messages}, begun)
    return replace(ask(settings, continues.of(asked, begun.text)), echo=continues.echo(begun.text))


def _adopt(reading: Reading, parts: Parts, part: Reading, begun: Beginning | None, tried: list[Tried]) -> None:
    """Make another part the one that is read: the rest of the answer, or the same once more, where none was begun."""
    attempt = part.attempt
    if attempt is None:
        return
    attempt.tried[:0] = tried
    if begun is not None:
        # The part before was paid for by itself.
        reading.lost = (*reading.lost, _spent(parts.part or reading), *part.lost)
        parts.tokens = begun.tokens
        parts.taken, parts.joint = 0, Joint(begun, echo=attempt.call.echo)
    elif parts.part is None:
        parts.taken = len(reading.seen)
    reading.answer, reading.attempt = part.answer, attempt
    parts.part = part
    _take(reading, parts, part)
    if reading.left:
        part.leave()


def _take(reading: Reading, parts: Parts, part: Reading) -> None:
    """Take what a part has to give."""
    joint, attempt = parts.joint, part.attempt
    if attempt is None:
        return
    fresh = part.seen[parts.taken :]
    parts.taken += len(fresh)
    part.ready.clear()
    try:
        chunks = fresh if joint is None else [joint.joined(chunk) for chunk in fresh]
    except ProtocolError as error:
        chunks = []
        part.fail(error)
    reading.seen.take(chunks)
    reading.ready += [chunk for chunk in chunks if chunk.choices or not attempt.call.hide_usage]
    reading.spoke_at = part.spoke_at
    if reading.left:
        return
    reading.over = part.over
    if part.failure is not None:
        part.failure.partial = reading.completion
        reading.failure = part.failure


def _spent(part: Reading) -> Any:  # noqa: ANN401 - a Spent; its sent body is its attempt's
    sent = part.attempt.call.request.body if part.attempt is not None else b""
    return of_chunks(part.seen, part.completion, sent, ended=False)


def _tokens(parts: Parts, part: Reading) -> int:
    """How many tokens of the answer there are."""
    own: int = _spent(part).completion_tokens or 0
    repeats = part.attempt is not None and part.attempt.call.echo.strip()
    return own if repeats else parts.tokens + own


def _broken(attempt: Attempt, part: Reading, error: APIError) -> Tried:
    """What became of the attempt whose stream broke off."""
    return Tried(
        whom=attempt.whom,
        status=part.answer.status,
        error=type(error).__name__,
        message=error.message,
        request_id=error.request_id,
        seconds=max(attempt.over_at - attempt.sent_at, 0.0),
    )
