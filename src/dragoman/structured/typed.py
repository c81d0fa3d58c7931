"""A streamed answer of a type: the object as it grows. Shells: no decisions.

`TypedStream` and `AsyncTypedStream` are twins, held equal by a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dragoman.call import stream_call
from dragoman.stream import AsyncStream, Stream
from dragoman.stream.views import AsyncView, View
from dragoman.structured.parse import asked_for, read_parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dragoman.answer.reading import Reading
    from dragoman.call.settings import Settings
    from dragoman.exchange import Call
    from dragoman.structured.output import Output
    from dragoman.structured.parse import Parsed
    from dragoman.wire.chunk import Chunk

T = TypeVar("T")


class _Drafts(Generic[T]):
    """The object as each chunk leaves it; chunks that add no text to it leave nothing."""

    __slots__ = ("_last", "_output", "_text")

    def __init__(self, output: Output[T]) -> None:
        self._output = output
        self._text = ""
        self._last: T | None = None

    def take(self, chunk: Chunk) -> list[T]:
        """Take a chunk; the object, where this made it another."""
        if not chunk.text:
            return []
        self._text += chunk.text
        draft = self._output.draft(self._text)
        if draft is None or draft == self._last:
            return []
        self._last = draft
        return [draft]


def typed_call(settings: Settings, output: object, arguments: Mapping[str, Any]) -> tuple[Call, Output[Any]]:
    """The call that asks for a stream of a type, and the type as it is asked for.

    Raises:
        InvalidRequestError: the call is wrong as written, or the type has no JSON Schema.
    """
    wanted, asked = asked_for(output, arguments)
    return stream_call(settings, asked), wanted


class TypedStream(Stream, Generic[T]):
    """A streamed answer of a type. It is read as chunks, as `Stream` is, or as `partials`, or `until_parsed`."""

    __slots__ = ("_output",)

    def __init__(self, call: Call, reading: Reading, output: Output[T]) -> None:
        super().__init__(call, reading)
        self._output = output

    @property
    def partial(self) -> T | None:
        """The object as far as it has arrived: fields that have not are None; None before anything has."""
        return self._output.draft(self.text)

    def partials(self) -> View[T]:
        """The object as it grows, once for each change: fields that have not arrived are None, nothing is validated."""
        return View(self, _Drafts(self._output).take, list[T])

    def until_parsed(self) -> Parsed[T]:
        """Read to the end and return the answer as the type.

        Raises:
            OutputError: it is not of the type: refused, cut at its longest or by a filter, or of another shape.
            APIError: the stream did not end as it should; see `dragoman.errors`.
        """
        completion = self.until_done()
        return read_parsed(self._output, completion, self.usage)


class AsyncTypedStream(AsyncStream, Generic[T]):
    """A streamed answer of a type. It is read as chunks, as `AsyncStream` is, or as `partials`, or `until_parsed`."""

    __slots__ = ("_output",)

    def __init__(self, call: Call, reading: Reading, output: Output[T]) -> None:
        super().__init__(call, reading)
        self._output = output

    @staticmethod
    def of(output: Output[Any]) -> Callable[[Call, Reading], AsyncTypedStream[Any]]:
        """What makes a stream that is read one of a type."""
        return lambda call, reading: AsyncTypedStream(call, reading, output)

    @property
    def partial(self) -> T | None:
        """The object as far as it has arrived: fields that have not are None; None before anything has."""
        return self._output.draft(self.text)

    def partials(self) -> AsyncView[T]:
        """The object as it grows, once for each change: fields that have not arrived are None, nothing is validated."""
        return AsyncView(self, _Drafts(self._output).take, list[T])

    async def until_parsed(self) -> Parsed[T]:
        """Read to the end and return the answer as the type.

        Raises:
            OutputError: it is not of the type: refused, cut at its longest or by a filter, or of another shape.
            APIError: the stream did not end as it should; see `dragoman.errors`.
        """
        completion = await self.until_done()
        return read_parsed(self._output, completion, self.usage)
