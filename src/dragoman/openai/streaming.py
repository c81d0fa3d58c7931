"""Following a streamed answer: chunks in, events out, and what they add up to. No I/O.

The text of events is kept as it grows. Snapshots are put together, by `dragoman.answer.fold`, only when they are looked
at.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import msgspec

from dragoman.answer.fold import Folding, fold
from dragoman.openai import events
from dragoman.openai.errors import ContentFilterFinishReasonError, LengthFinishReasonError
from dragoman.openai.omitted import is_given, omit
from dragoman.openai.parsing import is_typed, parsed, parsed_content
from dragoman.openai.tools import parsed_arguments, strict_functions
from dragoman.openai.types.chat.chat_completion import ChatCompletion
from dragoman.openai.types.chat.parsed_chat_completion import ParsedChatCompletion
from dragoman.stream.partial import read_partial
from dragoman.wire.chunk import read_chunk
from dragoman.wire.tolerant import objects_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dragoman.openai.types.chat.chat_completion import ChatCompletionTokenLogprob
    from dragoman.openai.types.chat.chat_completion_chunk import ChatCompletionChunk, Choice, ChoiceDeltaToolCall
    from dragoman.wire.chunk import Chunk

T = TypeVar("T")
Events = list[Any]
Json = dict[str, Any]


class _Call:
    """A function call as far as it has arrived."""

    __slots__ = ("arguments", "done", "id", "index", "name", "parsed")

    def __init__(self, index: int | None) -> None:
        self.index = index
        self.id = ""
        self.name = ""
        self.arguments = ""
        self.done = False
        self.parsed: object = None

    def take(self, delta: ChoiceDeltaToolCall) -> str:
        """Take more of it; the piece of the arguments that came."""
        function = delta.function
        self.id = delta.id or self.id
        piece = ""
        if function is not None:
            self.name = function.name or self.name
            piece = _text(function.arguments)
        self.arguments += piece
        return piece


def _text(arguments: Any) -> str:  # noqa: ANN401 - some vendors send the object itself
    return (
        arguments
        if isinstance(arguments, str)
        else ""
        if arguments is None
        else msgspec.json.encode(arguments).decode()
    )


class _Choice:
    """One choice as far as it has arrived."""

    def __init__(self, wanted: Any, tools: list[Mapping[str, Any]]) -> None:  # noqa: ANN401 - any type
        self._wanted = wanted
        self._tools = tools
        self._content = ""
        self._parsed: object = None
        self._refusal = ""
        self._logprobs: dict[str, list[ChatCompletionTokenLogprob]] = {"content": [], "refusal": []}
        self._calls: list[_Call] = []
        self._told: set[str] = set()
        self._current: _Call | None = None

    def take(self, choice: Choice) -> Events:
        """The events of a chunk's part of this choice."""
        found: Events = []
        delta = choice.delta
        if isinstance(delta.content, str):
            self._content += delta.content
            found.append(events.ContentDeltaEvent(delta.content, self._content, is_typed(self._wanted)))
        if isinstance(delta.refusal, str):
            self._refusal += delta.refusal
            found.append(events.RefusalDeltaEvent(delta.refusal, self._refusal))
        begun: list[_Call] = []
        for piece in delta.tool_calls or []:
            call = self._call_of(piece)
            begun.append(call)
            arguments = call.take(piece)
            found.append(
                events.FunctionToolCallArgumentsDeltaEvent(
                    call.name, self._calls.index(call), call.arguments, arguments, self._is_strict(call.name)
                )
            )
        found += self._logprob_deltas(choice)
        if choice.finish_reason:
            found += self._text_done()
            found += self._call_done(self._current)
        for call in begun:
            if call is not self._current:
                found += self._text_done()
                found += self._call_done(self._current)
            self._current = call
        if choice.finish_reason:
            found += self._call_done(self._current)
        return found

    def _call_of(self, piece: ChoiceDeltaToolCall) -> _Call:
        """The call that a piece is more of. The index alone does not tell: some vendors send 0 for all, or none."""
        index = cast("int | None", piece.index)
        name = piece.function.name if piece.function is not None else None
        near = [call for call in self._calls if index is None or call.index in {None, index}]
        if piece.id:
            near = [call for call in near if call.id in {"", piece.id}]
        near = [call for call in near if not name or call.name in {"", name}]
        if near:
            return near[-1]
        self._calls.append(_Call(index))
        return self._calls[-1]

    def _is_strict(self, name: str) -> bool:
        return any(function.get("name") == name for function in strict_functions(self._tools))

    def _logprob_deltas(self, choice: Choice) -> Events:
        found: Events = []
        if choice.logprobs is None:
            return found
        if choice.logprobs.content:
            self._logprobs["content"] += choice.logprobs.content
            found.append(events.LogprobsContentDeltaEvent(choice.logprobs.content, [*self._logprobs["content"]]))
        if choice.logprobs.refusal:
            self._logprobs["refusal"] += choice.logprobs.refusal
            found.append(events.LogprobsRefusalDeltaEvent(choice.logprobs.refusal, [*self._logprobs["refusal"]]))
        return found

    def _text_done(self) -> Events:
        """The events that say what is whole now that something else begins, or the end has come; each once."""
        found: Events = []
        if self._content and self._first("content"):
            self._parsed = parsed_content(self._content, self._refusal, self._wanted)
            found.append(events.ContentDoneEvent(self._content, self._parsed))
        if self._refusal and self._first("refusal"):
            found.append(events.RefusalDoneEvent(self._refusal))
        if self._logprobs["content"] and self._first("content logprobs"):
            found.append(events.LogprobsContentDoneEvent(self._logprobs["content"]))
        if self._logprobs["refusal"] and self._first("refusal logprobs"):
            found.append(events.LogprobsRefusalDoneEvent(self._logprobs["refusal"]))
        return found

    def _first(self, what: str) -> bool:
        told = what in self._told
        self._told.add(what)
        return not told

    def _call_done(self, call: _Call | None) -> Events:
        if call is None or call.done:
            return []
        call.done = True
        call.parsed = parsed_arguments(self._tools, call.name, call.arguments)
        index = self._calls.index(call)
        return [events.FunctionToolCallArgumentsDoneEvent(call.name, index, call.arguments, call.parsed)]

    def show(self, message: Json) -> None:
        """Put into a message so far what it is as the types asked for: what is whole, read; the rest as it grows."""
        text = message.get("content")
        if "content" in self._told:
            message["parsed"] = self._parsed
        elif is_typed(self._wanted) and isinstance(text, str) and not message.get("refusal"):
            message["parsed"] = read_partial(text)
        for place, call in enumerate(objects_in(message.get("tool_calls"))):
            called = call.get("function")
            function = cast("Json", called) if isinstance(called, dict) else {}
            known = self._calls[place] if place < len(self._calls) else None
            if known is not None and known.done:
                function["parsed_arguments"] = known.parsed
            elif self._is_strict(function.get("name", "")):
                function["parsed_arguments"] = read_partial(_text(function.get("arguments")))


class ChatCompletionStreamState(Generic[T]):
    """What a streamed answer's chunks add up to, and the events that they are.

    Args:
        input_tools: the request's tools.
        response_format: the type asked for, or what the wire calls one.
    """

    def __init__(
        self,
        *,
        input_tools: Iterable[Mapping[str, Any]] = omit,
        response_format: Any = omit,  # noqa: ANN401 - a type, or a `response_format`
    ) -> None:
        self._tools: list[Mapping[str, Any]] = list(input_tools) if is_given(input_tools) and input_tools else []
        self._wanted = response_format
        self._chunks: list[ChatCompletionChunk] = []
        self._choices: dict[int, _Choice] = {}
        self._folding = Folding()
        self._taken = 0

    def handle_chunk(self, chunk: ChatCompletionChunk) -> list[events.ChatCompletionStreamEvent[T]]:
        """Take a chunk; the events that it is.

        Raises:
            LengthFinishReasonError: an answer that is to be parsed was cut at its longest.
            ContentFilterFinishReasonError: it was filtered.
            ValueError: its text, or a call's arguments, are not of the type asked for.
        """
        self._chunks.append(chunk)
        # As many as there are now: a snapshot looked at later is still that of its event.
        found: Events = [events.ChunkEvent(chunk, partial(self._snapshot, len(self._chunks)))]
        for choice in chunk.choices or []:
            if choice.finish_reason in {"length", "content_filter"} and self._is_parsed():
                self._refuse(choice.finish_reason)
            place = choice.index if isinstance(cast("object", choice.index), int) else 0
            known = self._choices.setdefault(place, _Choice(self._wanted, self._tools))
            found += known.take(choice)
        return found

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[T]:
        """What the chunks so far add up to."""
        return self._snapshot(len(self._chunks))

    def get_final_completion(self) -> ParsedChatCompletion[T]:
        """What all chunks add up to, parsed.

        Raises:
            LengthFinishReasonError: it was cut at its longest.
            ContentFilterFinishReasonError: it was filtered.
            ValueError: its text, or a call's arguments, are not of the type asked for.
        """
        return parsed(self._folded(len(self._chunks)), self._wanted, self._tools)

    def _is_parsed(self) -> bool:
        return is_typed(self._wanted) or bool(strict_functions(self._tools))

    def _refuse(self, reason: str) -> None:
        snapshot = self.current_completion_snapshot
        if reason == "length":
            raise LengthFinishReasonError(completion=snapshot)
        raise ContentFilterFinishReasonError(completion=snapshot)

    def _snapshot(self, count: int) -> ParsedChatCompletion[T]:
        value = self._folded(count).to_dict()
        for choice in objects_in(value.get("choices")):
            # Of an earlier event, looked at late, it is not known any more what was whole by then.
            known = self._choices.get(choice.get("index", 0)) if count == len(self._chunks) else None
            (known or _Choice(self._wanted, self._tools)).show(choice.setdefault("message", {}))
        return ParsedChatCompletion[T].received(value)

    def _folded(self, count: int) -> ChatCompletion:
        if count < self._taken:
            # An earlier event, looked at late.
            return ChatCompletion.received(fold(_read(self._chunks[:count])).to_dict())
        self._folding.take(_read(self._chunks[self._taken : count]))
        self._taken = count
        return ChatCompletion.received(self._folding.completion().to_dict())


def _read(chunks: list[ChatCompletionChunk]) -> Iterator[Chunk]:
    return (read_chunk(msgspec.json.encode(chunk.to_dict())) for chunk in chunks)
