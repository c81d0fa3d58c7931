"""One request's answers, generated side by side on llama.cpp's slots, as chunks."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

from dragoman.engine import answer, schema, tools
from dragoman.errors import ContextLengthError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dragoman.engine.ask import Plan
    from dragoman.engine.llama import Llama

Json = dict[str, Any]

TRIES = 3
"""How often an answer that is not streamed is generated before it counts as one that does not match its schema."""

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
    """

    def __init__(self, llama: Llama, model: str, fingerprint: str, slots: int, context: int) -> None:  # noqa: PLR0913, PLR0917 - what it is made of
        self._llama = llama
        self._model = model
        self._fingerprint = fingerprint
        self._slots = asyncio.Semaphore(slots)
        self._context = context

    async def chunks(self, plan: Plan) -> AsyncIterator[Json]:
        """A request's chunks as they come, the usage last; leaving the iterator stops the work.

        Raises:
            ContextLengthError: the prompt does not fit.
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
        longest = max(told, key=lambda messages: len(messages[0]["content"]))
        prompt = await self._llama.tokens(longest, plan.template)
        left = self._context - prompt
        if left < 1:
            raise ContextLengthError(
                f"the messages are {prompt} tokens, and this model's context holds {self._context}, its answer included",
                status=400,
                code="context_length_exceeded",
                param="messages",
            )
        from dragoman.engine.ask import LONGEST  # noqa: PLC0415 - the table of what the engine does is there

        return min(plan.most or LONGEST, left)

    async def _choice(  # noqa: PLR0913, PLR0917 - one answer's own
        self, plan: Plan, index: int, cap: int, tally: answer.Tally, outlet: asyncio.Queue[Any]
    ) -> None:
        """One answer: its role, what it says or calls, why it ended."""
        await outlet.put(answer.choice(index, {"role": "assistant", "content": None if plan.calls else ""}))
        ended = "stop"
        if plan.calls:
            for place, function in enumerate(plan.calls):
                await outlet.put(answer.call_begins(index, place, function, legacy=plan.legacy))
                work = self._work(plan, index, cap) | {
                    "messages": _told(plan, function),
                    "grammar": schema.grammar(function.parameters),
                }
                async for piece in self._held(plan, work, function.parameters, tally):
                    ended = _reason(piece) or ended
                    if text := _text(piece):
                        await outlet.put(answer.call_grows(index, place, text, legacy=plan.legacy))
            if ended != "length":
                ended = "function_call" if plan.legacy else "tool_calls"
        else:
            async for piece in self._held(plan, self._work(plan, index, cap), plan.held, tally):
                ended = _reason(piece) or ended
                logprobs = answer.shown(piece, plan.top)
                if _text(piece) or logprobs:
                    await outlet.put(answer.choice(index, {"content": _text(piece)}, logprobs=logprobs))
        await outlet.put(answer.choice(index, {}, ended))

    def _work(self, plan: Plan, index: int, cap: int) -> Json:
        return {
            "messages": plan.messages,
            **plan.template,
            **plan.sampling,
            "seed": (plan.seed + index) % 0xFFFF_FFFF,
            "max_tokens": cap,
            "stream_options": {"include_usage": True},
        }

    async def _held(self, plan: Plan, work: Json, wanted: Json | None, tally: answer.Tally) -> AsyncIterator[Json]:
        """Generate, and see that what was held to a schema matches it; an answer cut by its length is told by that.

        A streamed answer is given out as it comes. One that is not is tried again, with the next seed, when it does
        not match.
        """
        for attempt in range(TRIES):
            pieces: list[Json] = []
            text, ended = "", None
            async for piece in self._pieces(work | {"seed": (work["seed"] + attempt) % 0xFFFF_FFFF}, tally):
                text, ended = text + _text(piece), _reason(piece) or ended
                if wanted is None or plan.stream:
                    yield piece
                else:
                    pieces.append(piece)
            wrong = None if wanted is None or ended == "length" else schema.mismatch(text, wanted)
            if wrong is None:
                for piece in pieces:
                    yield piece
                return
            if plan.stream or attempt == TRIES - 1:
                raise SchemaMismatch(f"the model's answer does not match the schema it was held to: {wrong}")

    async def _pieces(self, work: Json, tally: answer.Tally) -> AsyncIterator[Json]:
        """llama.cpp's pieces, on a slot; what they used goes on the tally."""
        async with self._slots:
            pieces = self._llama.pieces(work)
            try:
                async for piece in pieces:
                    if piece.get("usage"):
                        tally.add(piece["usage"])
                    if piece["choices"]:
                        yield piece
            finally:
                await pieces.aclose()  # type: ignore[attr-defined]  # an async generator


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
    return piece["choices"][0]["delta"].get("content") or ""


def _reason(piece: Json) -> str | None:
    reason: str | None = piece["choices"][0].get("finish_reason")
    return reason
