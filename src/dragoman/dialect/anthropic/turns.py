"""The conversation: chat's messages as a system prompt and turns, and back. No I/O.

Chat has a message for each thing said and a role for each speaker; the Messages API has turns of a user and an
assistant, with a tool's result as a piece of the user's turn.
"""

from __future__ import annotations

from typing import Any, cast

from dragoman.dialect.anthropic.blocks import block, content, plain
from dragoman.dialect.anthropic.outline import blocks_of, identity, message_of
from dragoman.errors import InvalidRequestError

Json = dict[str, Any]


def turns(messages: list[Json], changes: list[str]) -> tuple[list[Json], list[Json]]:
    """The system prompt's blocks, and the turns; what follows in the same role is one turn.

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
            if said:
                changes.append(f"{path}: moved to the system prompt")
            system += _written(message, path, changes)
        else:
            _append(said, "assistant" if role == "assistant" else "user", _blocks(message, role, path, changes))
    return system, [{"role": turn["role"], "content": plain(turn["content"])} for turn in said]


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
            messages.append({"role": turn["role"], "content": _content(given)})
    return messages


def _blocks(message: Json, role: str, path: str, changes: list[str]) -> list[Json]:
    if message.get("function_call") or role == "function":
        raise InvalidRequestError(f"{path} calls in the older form: say it as a tool call", param=path)
    if role == "tool":
        result: Json = {"type": "tool_result", "tool_use_id": identity(message.get("tool_call_id"))}
        result |= {name: message[name] for name in ("is_error", "cache_control") if message.get(name) is not None}
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
    return [block(part, f"{path}.content[{place}]", changes) for place, part in enumerate(parts)]


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
        messages.append(answer | {name: each[name] for name in ("is_error", "cache_control") if name in each})
        rest += shown
    return [*messages, {"role": "user", "content": content(rest)}] if rest else messages


def _result(given: Any) -> tuple[str | list[Json], list[Json]]:  # noqa: ANN401 - a text, or blocks
    """What a tool answered, and what of it a tool's message cannot hold: that holds text only."""
    if not isinstance(given, list):
        return given, []
    blocks = cast("list[Json]", given)
    shown = [each for each in blocks if each.get("type") != "text"]
    return content([each for each in blocks if each.get("type") == "text"]) or "", shown
