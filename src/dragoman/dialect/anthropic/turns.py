"""The conversation: chat's messages as a system prompt and turns, and back. No I/O.

Chat has a message for each thing said and a role for each speaker; the Messages API has turns of a user and an
assistant, with a tool's result as a piece of the user's turn. What a message has no place for stands beside it, in
`anthropic_content`: of an instruction among the turns and of a tool's result its other fields; of a part that a tool
answered with and that is no text, which result it is of and where it stood there.
"""

from __future__ import annotations

from typing import Any, cast

from dragoman.dialect.anthropic.blocks import block, content, plain
from dragoman.dialect.anthropic.outline import blocks_of, identity, message_of
from dragoman.dialect.private import CONTENT
from dragoman.errors import InvalidRequestError
from dragoman.wire.tolerant import is_object

Json = dict[str, Any]

_OF_RESULT = frozenset({"cache_control", "content", "is_error", "tool_use_id", "type"})
"""The fields of a tool's result that its message has a place for."""


def turns(messages: list[Json], changes: list[str], *, instructed: bool = False) -> tuple[list[Json], list[Json]]:
    """The system prompt's blocks, and the turns; what follows in the same role is one turn.

    Args:
        messages: chat's.
        changes: what could not be said as it was is added here.
        instructed: whether the model takes instructions among the turns, where they were heard there.

    Raises:
        InvalidRequestError: a message holds what this API has no form for.
    """
    system: list[Json] = []
    said: list[Json] = []
    for place, message in enumerate(messages):
        path = f"messages[{place}]"
        role: str = message["role"]
        if message.get("name") and role != "tool":
            changes.append(f"{path}.name: dropped")
        if role in {"system", "developer"}:
            kept = message.get(CONTENT)
            if instructed and is_object(kept):
                said.append(kept | {"role": role, "content": _written(message, path, changes)})
                continue
            if said:
                changes.append(f"{path}: moved to the system prompt")
            system += _written(message, path, changes)
        else:
            _append(said, "assistant" if role == "assistant" else "user", _blocks(message, role, path, changes))
    for turn in said:
        blocks: list[Json] = turn["content"]
        turn["content"] = plain(_in_results(blocks) if turn["role"] == "user" else blocks)
    return system, said


def messages_of(system: Any, said: list[Json], changes: list[str]) -> list[Json]:  # noqa: ANN401 - a text, blocks, or nothing
    """The messages that a system prompt and turns are, the form of both checked."""
    messages: list[Json] = []
    if system:
        messages.append({"role": "system", "content": _content(system)})
    for place, turn in enumerate(said):
        given = turn["content"]
        if turn["role"] == "assistant":
            blocks: list[Json] = [{"type": "text", "text": given}] if isinstance(given, str) else given
            messages.append(message_of(blocks))
        elif turn["role"] == "user" and isinstance(given, list):
            messages += _user(cast("list[Json]", given), f"messages[{place}]", changes)
        else:
            message: Json = {"role": turn["role"], "content": _content(given)}
            if turn["role"] == "system":
                message[CONTENT] = {name: value for name, value in turn.items() if name not in message}
            messages.append(message)
    return messages


def _blocks(message: Json, role: str, path: str, changes: list[str]) -> list[Json]:
    if message.get("function_call") or role == "function":
        raise InvalidRequestError(f"{path} calls in the older form: say it as a tool call", param=path)
    if role == "tool":
        result: Json = {"type": "tool_result", "tool_use_id": identity(message.get("tool_call_id"))}
        result |= {name: message[name] for name in ("is_error", "cache_control") if message.get(name) is not None}
        kept = message.get(CONTENT)
        result |= kept if is_object(kept) else {}
        return [result | {"content": plain(_written(message, path, changes))}]
    if role == "assistant":
        if message.get("audio"):
            raise InvalidRequestError(f"{path}.audio: Anthropic's models know no sound", param=f"{path}.audio")
        return blocks_of(message, path, changes)
    return _written(message, path, changes)


def _written(message: Json, path: str, changes: list[str]) -> list[Json]:
    given: Any = message.get("content")
    if not isinstance(given, list):
        return [{"type": "text", "text": given or ""}]
    parts = cast("list[Json]", given)
    return [dict(block(part, f"{path}.content[{place}]", changes)) for place, part in enumerate(parts)]


def _append(said: list[Json], role: str, blocks: list[Json]) -> None:
    if not blocks:
        return
    if said and said[-1]["role"] == role:
        said[-1]["content"] += blocks
    else:
        said.append({"role": role, "content": blocks})


def _content(given: Any) -> str | list[Json]:  # noqa: ANN401 - a text, or blocks
    return content(cast("list[Json]", given)) if isinstance(given, list) else given


def _user(blocks: list[Json], path: str, changes: list[str]) -> list[Json]:
    """A user's turn as messages: what tools answered, each in its own, and then what the user says."""
    messages: list[Json] = []
    rest: list[Json] = []
    for place, each in enumerate(blocks):
        if each.get("type") != "tool_result":
            rest.append(each)
            continue
        text, shown = _result(each.get("content") or "")
        if shown:
            changes.append(f"{path}.content[{place}].content: what is not text follows the results")
        answer: Json = {"role": "tool", "tool_call_id": each["tool_use_id"], "content": text}
        kept = {name: value for name, value in each.items() if name not in _OF_RESULT}
        answer |= {name: each[name] for name in ("is_error", "cache_control") if name in each}
        messages.append(answer | ({CONTENT: kept} if kept else {}))
        rest += [block | {CONTENT: {"tool_use_id": each["tool_use_id"], "index": at}} for at, block in shown]
    return [*messages, {"role": "user", "content": content(rest)}] if rest else messages


def _result(given: Any) -> tuple[str | list[Json], list[tuple[int, Json]]]:  # noqa: ANN401 - a text, or blocks
    """What a tool answered, and what of it a tool's message cannot hold, with its place: that holds text only."""
    if not isinstance(given, list):
        return given, []
    blocks = cast("list[Json]", given)
    shown = [(at, each) for at, each in enumerate(blocks) if each.get("type") != "text"]
    return content([each for each in blocks if each.get("type") == "text"]) or "", shown


def _in_results(blocks: list[Json]) -> list[Json]:
    """The blocks of a turn, those that a tool answered with in its result again."""
    results: dict[str, Json] = {}
    left: list[Json] = []
    for each in blocks:
        mark = each.pop(CONTENT, None)
        result = results.get(identity(mark.get("tool_use_id"))) if is_object(mark) else None
        if result is not None and is_object(mark) and isinstance(mark.get("index"), int):
            result["content"] = _put_in(result["content"], mark["index"], each)
            continue
        left.append(each)
        if each.get("type") == "tool_result":
            results[each["tool_use_id"]] = each
    return left


def _put_in(answered: str | list[Json], at: int, block: Json) -> list[Json]:
    if isinstance(answered, str):
        answered = [{"type": "text", "text": answered}] if answered else []
    return [*answered[:at], block, *answered[at:]]
