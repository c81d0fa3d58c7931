"""One request's answers, generated side by side on llama.cpp's slots, as chunks."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

from dragoman.engine import answer, schema, tools
from dragoman.errors import ContextLengthError, InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from dragoman.engine.ask import Plan
    from dragoman.engine.llama import Llama

Json = dict[str, Any]

TRIES = 3
"""How often an answer that is not streamed is generated before it counts as one that does not match its schema."""

STRIDE = 0x9E37_79B9
"""What is added to a seed for another try: far from those of the request's other answers, which are its neighbours."""

AHEAD = 64
"""How many chunks may wait for a caller who reads slowly; generation pauses then."""


class SchemaMismatch(Exception):  # noqa: N818 - an outcome the endpoint passes on
    """The model's answer does not match the schema that it was held to, and nothing pretends that it does."""


class Generator:
    """Generates answers.

    Args:
        llama: what computes.
        model: what the model is called in answers.
        fingerprint: what the weights and the library are.
        slots: how many answers are generated at once.
        context: how many tokens a slot holds.

    Attributes:
        slots: what every piece of work waits for.
    """

    def __init__(self, llama: Llama, model: str, fingerprint: str, slots: int, context: int) -> None:
        self._llama = llama
        self._model = model
        self._fingerprint = fingerprint
        self.slots = asyncio.Semaphore(slots)
        self._context = context

    async def chunks(self, plan: Plan) -> AsyncGenerator[Json]:
        """A request's chunks as they come, the usage last; leaving the iterator stops the work.

        Raises:
            ContextLengthError: the prompt does not fit.
            InvalidRequestError: the schema cannot be held to.
            Refused: llama.cpp does not take the work.
            SchemaMismatch: an answer does not match the schema.
        """
        heading = answer.Heading(answer.new_id(), int(time.time()), self._model, self._fingerprint)
        cap = await self._cap(plan)
        tally = answer.Tally()
        outlet: asyncio.Queue[Json | BaseException | None] = asyncio.Queue(AHEAD)
        choices = [self._choice(plan, index, cap, tally, outlet) for index in range(plan.n)]
        work = asyncio.ensure_future(_all(choices, outlet))
        try:
            while (item := await outlet.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield heading.chunk([item])
            yield heading.chunk([], tally.usage())
        finally:
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work

    async def _cap(self, plan: Plan) -> int:
        """The most tokens of an answer: what was asked for, and never more than the context leaves."""
        told = [_told(plan, function) for function in plan.calls] or [plan.messages]
        # Each is counted: what has fewer characters may have more tokens.
        prompt = max([await self._llama.tokens(messages, plan.template) for messages in told])
        left = self._context - prompt
        if left < 1:
            raise ContextLengthError(
                f"the messages are {prompt} tokens, and this model's context holds {self._context}, answer included",
                status=400,
                code="context_length_exceeded",
                param="messages",
            )
        return min(plan.most, left)

    async def _choice(self, plan: Plan, index: int, cap: int, tally: answer.Tally, outlet: asyncio.Queue[Any]) -> None:
        """One answer. Its role waits for its first token: until then it can be refused, with a status."""
        steps = self._called(plan, index, cap, tally) if plan.calls else self._written(plan, index, cap, tally)
        opening: Json | None = answer.choice(index, {"role": "assistant", "content": None if plan.calls else ""})
        async for step in steps:
            if opening is not None:
                await outlet.put(opening)
                opening = None
            await outlet.put(step)

    async def _written(self, plan: Plan, index: int, cap: int, tally: answer.Tally) -> AsyncIterator[Json]:
        """An answer in text, and why it ended."""
        ended = "stop"
        async for piece in self._held(plan, self._work(plan, index, cap), plan.held):
            tally.add(piece)
            ended = _reason(piece) or ended
            logprobs = answer.shown(piece, plan.top)
            if _text(piece) or logprobs:
                yield answer.choice(index, {"content": _text(piece)}, logprobs=logprobs)
        yield answer.choice(index, {}, ended)

    async def _called(self, plan: Plan, index: int, cap: int, tally: answer.Tally) -> AsyncIterator[Json]:
        """An answer of calls, one after the other until the tokens are used up, and why it ended."""
        ended: str | None = None
        left = cap
        for place, function in enumerate(plan.calls):
            told = {"messages": _told(plan, function), "grammar": schema.grammar(function.parameters), "stop": []}
            named = False
            async for piece in self._held(plan, self._work(plan, index, left) | told, function.parameters):
                left -= tally.add(piece)
                ended = _reason(piece) or ended
                text = _text(piece)
                if text and not named:
                    yield answer.call_begins(index, place, function, legacy=plan.legacy)
                    named = True
                if text:
                    yield answer.call_grows(index, place, text, legacy=plan.legacy)
            if left < 1 and place + 1 < len(plan.calls):
                ended = "length"
            if ended == "length":
                break
        else:
            ended = "function_call" if plan.legacy else "tool_calls"
        yield answer.choice(index, {}, ended)

    def _work(self, plan: Plan, index: int, cap: int) -> Json:
        return {
            "messages": plan.messages,
            **plan.template,
            **plan.sampling,
            "seed": (plan.seed + index) % 0xFFFF_FFFF,
            "max_tokens": cap,
            "stream_options": {"include_usage": True},
        }

    async def _held(self, plan: Plan, work: Json, wanted: Json | None) -> AsyncIterator[Json]:
        """Generate, and see that what was held to a schema matches it; an answer cut by its length is told by that.

        A streamed answer is given out as it comes. One that is not is tried again, with another seed, when it does
        not match.
        """
        if wanted is None:
            async for piece in self._pieces(work):
                yield piece
            return
        for attempt in range(TRIES):
            pieces: list[Json] = []
            text, ended = "", None
            async for piece in self._pieces(work | {"seed": (work["seed"] + attempt * STRIDE) % 0xFFFF_FFFF}):
                if ended is None and (_reason(piece) or not text):
                    _see_held(text + _text(piece))
                text, ended = text + _text(piece), _reason(piece) or ended
                pieces.append(piece)
                if plan.stream:
                    yield piece
            # What the caller's own limit or stop has cut short is no JSON, and no mistake.
            is_cut = ended == "length" or (bool(work.get("stop")) and schema.cut(text))
            wrong = None if is_cut else schema.mismatch(text, wanted)
            if wrong is not None and (plan.stream or attempt == TRIES - 1):
                raise SchemaMismatch(f"the model's answer does not match the schema it was held to: {wrong}")
            if wrong is None:
                for piece in () if plan.stream else pieces:
                    yield piece
                return

    async def _pieces(self, work: Json) -> AsyncIterator[Json]:
        """llama.cpp's pieces, on a slot."""
        async with self.slots, contextlib.aclosing(self._llama.pieces(work)) as pieces:
            async for piece in pieces:
                yield piece


def _see_held(text: str) -> None:
    """See that the grammar is in force: llama.cpp goes on without one that it cannot build, and says nothing."""
    if not schema.begun(text):
        raise InvalidRequestError(
            "the model cannot be held to this schema: no value matches it, or a part is not known"
        )


async def _all(choices: list[Any], outlet: asyncio.Queue[Any]) -> None:
    """Run all answers to their end, then say so; the first that fails ends the others."""
    try:
        async with asyncio.TaskGroup() as group:
            for choice in choices:
                group.create_task(choice)
    except* Exception as failed:  # noqa: BLE001 - whatever it is, the reader of the outlet raises it
        await outlet.put(failed.exceptions[0])
    else:
        await outlet.put(None)


def _told(plan: Plan, function: tools.Function) -> list[Json]:
    """The conversation, with the instruction to call a function before it."""
    instruction = tools.instruction(function)
    first, *rest = plan.messages
    if first["role"] == "system":
        return [{"role": "system", "content": f"{first['content']}\n\n{instruction}"}, *rest]
    return [{"role": "system", "content": instruction}, first, *rest]


def _text(piece: Json) -> str:
    return "".join(choice["delta"].get("content") or "" for choice in piece["choices"])


def _reason(piece: Json) -> str | None:
    return next((choice["finish_reason"] for choice in piece["choices"]), None)
