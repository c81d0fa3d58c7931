"""The conversation: a request's items as chat's messages, and back. No I/O.

Chat wants what tools answered right behind the message that called them, and nothing but text in it; items stand in
any order, and a tool may answer in pictures. Every item goes into one message: what an assistant thought, said and
called in a row is one, and a text that follows another begins the next.
"""

from __future__ import annotations

from typing import Any, cast

from dragoman.dialect import RESPONSES
from dragoman.dialect.private import CONTENT
from dragoman.dialect.responses.items import CALLS, items_of, kind_of, outlined, texts_in
from dragoman.dialect.responses.items import message_of as said_by_assistant
from dragoman.dialect.responses.parts import content, content_of
from dragoman.dialect.responses.sealed import unsealed
from dragoman.errors import InvalidRequestError
from dragoman.wire.tolerant import objects_in

Json = dict[str, Any]

OUTPUTS = {"function_call_output": "function_call", "custom_tool_call_output": "custom_tool_call"}
"""The kinds of items that are a tool's answer, and what each answers."""

_OUTPUT_OF = {call: output for output, call in OUTPUTS.items()}


class _Turn:
    """What becomes one message, and what tools answered to it.

    Attributes:
        items: what it is made of.
        role: who says it.
        texts: whether it says something.
        calls: whether it calls something.
        answers: the messages of the tools.
        shown: what of the answers is not text.
    """

    __slots__ = ("answers", "calls", "items", "role", "shown", "texts")

    def __init__(self, role: str, items: list[Json]) -> None:
        self.role = role
        self.items = items
        self.texts = False
        self.calls = False
        self.answers: list[Json] = []
        self.shown: list[Json] = []


class _Conversation:
    """Items taken one by one."""

    def __init__(self) -> None:
        self.turns: list[_Turn] = []
        self._callers: dict[str, _Turn] = {}
        self._ahead: list[Json] = []

    def take(self, item: Json, path: str, changes: list[str]) -> None:
        """Take the next item."""
        kind = kind_of(item)
        if kind in CALLS:
            turn = self._assistant()
            turn.items += [*self._led(), item]
            turn.calls = True
            self._callers[item["call_id"]] = turn
        elif kind in OUTPUTS:
            self._answer(item, path, changes)
        elif kind != "message":
            # A thought, or what a server did: it belongs to what is said or called next.
            self._ahead.append(item)
        elif item["role"] == "assistant":
            turn = self._assistant(texts=True)
            turn.items += [*self._led(), item]
            turn.texts = True
        else:
            self.rest()
            self.turns.append(_Turn(item["role"], [item]))

    def rest(self) -> None:
        """Put what nothing was said after where it stands."""
        if self._ahead:
            self._assistant().items += self._led()

    def _assistant(self, *, texts: bool = False) -> _Turn:
        """The assistant's turn as long as it lasts, or another: after an answer, and with a second text but no call."""
        last = self.turns[-1] if self.turns else None
        if last is None or last.role != "assistant" or last.answers or (texts and last.texts and not last.calls):
            last = _Turn("assistant", [])
            self.turns.append(last)
        return last

    def _led(self) -> list[Json]:
        led, self._ahead = self._ahead, []
        return led

    def _answer(self, item: Json, path: str, changes: list[str]) -> None:
        name = str(item.get("call_id"))
        turn = self._callers.get(name)
        if turn is None:
            where = f"{path}.call_id"
            raise InvalidRequestError(
                f"{where} is {name!r}, which no call before it has: this gateway keeps no responses, "
                "so send the call as well",
                param=where,
            )
        if turn is self.turns[-1] and not turn.answers:
            self.rest()
        answer, shown = _answered(item)
        if shown:
            changes.append(f"{path}.output: what is not text follows the outputs")
        turn.answers.append(answer)
        turn.shown += shown


def messages_of(items: list[Json], changes: list[str]) -> list[Json]:
    """The messages that a request's items are, the form of each checked.

    Args:
        items: the items.
        changes: what could not be said as it was is added here.

    Raises:
        InvalidRequestError: one answers a call that is not among them.
    """
    said = _Conversation()
    for place, item in enumerate(items):
        said.take(item, f"input[{place}]", changes)
    said.rest()
    messages: list[Json] = []
    silent: list[Json] = []
    for turn in said.turns:
        if turn.role == "assistant":
            left, blocks = _opened([*silent, *turn.items])
            message = said_by_assistant(left)
            if message.keys() <= {"role", "content", RESPONSES} and message["content"] is None:
                # Nothing that chat has words for: whatever comes next brings it along.
                silent += turn.items
                continue
            message |= _thought(left, blocks)
        else:
            message = _spoken(turn.items[0], silent)
        silent = []
        messages += [message, *turn.answers]
        if turn.shown:
            messages.append({"role": "user", "content": content_of(turn.shown), RESPONSES: []})
    if silent and messages:
        messages[-1] = _followed(messages[-1], silent)
    return messages


def input_of(messages: list[Json]) -> list[Json]:
    """The items that chat's messages are, the form of each checked.

    Raises:
        InvalidRequestError: one calls, or answers, in the older form.
    """
    items: list[Json] = []
    kinds: dict[str, str] = {}
    for place, message in enumerate(messages):
        role = message["role"]
        if message.get("function_call") or role == "function":
            path = f"messages[{place}]"
            raise InvalidRequestError(f"{path} calls in the older form: say it as a tool call", param=path)
        if role == "assistant":
            made = items_of(message)
            kinds |= {str(item.get("call_id")): _OUTPUT_OF[kind_of(item)] for item in made if kind_of(item) in CALLS}
        elif role == "tool":
            name = str(message.get("tool_call_id"))
            answer = {"type": kinds.get(name, "function_call_output"), "call_id": name}
            made = _restored(message, answer | {"output": content(message.get("content") or "")})
        else:
            said = {"type": "message", "role": role, "content": content(message.get("content") or "")}
            made = _restored(message, said)
        items += made
    return items


def _opened(items: list[Json]) -> tuple[list[Json], list[Json]]:
    """Items without what was sealed in them here, and the blocks that it was."""
    left: list[Json] = []
    blocks: list[Json] = []
    for item in items:
        found = unsealed(item.get("encrypted_content"))
        blocks += found or []
        left.append(item if found is None else {n: v for n, v in item.items() if n != "encrypted_content"})
    return left, blocks


def _thought(items: list[Json], blocks: list[Json]) -> Json:
    """The fields of a message whose thoughts were signed: the signatures say how many characters each is of."""
    if not blocks:
        return {}
    texts = [texts_in(said_by_assistant([item]))["reasoning_content"] for item in items if kind_of(item) == "reasoning"]
    signed: Json = {CONTENT: [block | {"index": place} for place, block in enumerate(blocks)]}
    return signed | ({"reasoning_content": "".join(texts)} if any(texts) else {})


def _spoken(item: Json, before: list[Json]) -> Json:
    """What a user, or the system, says."""
    message: Json = {"role": item["role"], "content": content_of(item["content"])}
    more = {name: value for name, value in item.items() if name not in {"type", "role", "content"}}
    return message | ({RESPONSES: [*before, more]} if before or more else {})


def _answered(item: Json) -> tuple[Json, list[Json]]:
    """A tool's message, and what of the output it cannot hold: that holds text only."""
    output: Any = item["output"]
    texts, shown = output, list[Json]()
    if isinstance(output, list):
        parts = cast("list[Json]", output)
        shown = [part for part in parts if part.get("type") != "input_text"]
        texts = [part for part in parts if part.get("type") == "input_text"]
    said = {"type", "call_id"} if shown else {"type", "call_id", "output"}
    more = {name: value for name, value in item.items() if name not in said}
    message: Json = {"role": "tool", "tool_call_id": item["call_id"], "content": content_of(texts) or ""}
    return message | ({RESPONSES: [more]} if more else {}), shown


def _followed(message: Json, after: list[Json]) -> Json:
    """A message that brings along items that came behind it."""
    outline: list[Json] | None = message.get(RESPONSES)
    if outline is None:
        outline = outlined(items_of(message))[1] if message["role"] == "assistant" else [{}]
    return message | {RESPONSES: [*outline, *after]}


def _restored(message: Json, item: Json) -> list[Json]:
    """The items of a message that is not an assistant's: as they came, where it holds an outline.

    The entry without a type is the message's own: the others came with it.
    """
    if RESPONSES not in message:
        return [item]
    return [entry if "type" in entry else item | entry for entry in objects_in(message[RESPONSES])]
