"""What has to hold between the fields of a request, with every server of this API. No I/O.

Each rule sees an object whose fields are right one by one. What only some servers refuse is not here: it is theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from dragoman.wire.message import AssistantMessage
from dragoman.wire.request import ChatRequest

Json = dict[str, Any]
Rule = Callable[[Json], None]

SHOWN = 40
"""How many characters of a wrong value are shown."""


class Wrong(Exception):  # noqa: N818 - turned into an error, with the way to the field, by `dragoman.wire.check`
    """What is wrong with a value, as the end of a sentence that begins with its path.

    Attributes:
        sentence: such as "must be at most 2, not 3".
        steps: the way to the value from where the exception is seen: fields by name, items by number.
    """

    def __init__(self, sentence: str, *steps: str | int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.steps = list(steps)


def shown(value: object) -> str:
    """A value as it stands in a sentence: never at length, for it may be a document, or a secret in a wrong place."""
    text = repr(value[: SHOWN + 1] if isinstance(value, str) else value)
    return text if len(text) <= SHOWN + 2 else f"{text[:SHOWN]}…"


def _assistant_says_something(message: Json) -> None:
    rest = ("tool_calls", "function_call", "refusal", "audio", "reasoning_content")
    if message.get("content") is None and not any(message.get(name) for name in rest):
        raise Wrong("is missing: an assistant's message without tool calls says something", "content")


def _top_logprobs_come_with_logprobs(body: Json) -> None:
    if body.get("top_logprobs") and not body.get("logprobs"):
        raise Wrong("needs logprobs to be true", "top_logprobs")


def _stream_options_come_with_stream(body: Json) -> None:
    if body.get("stream_options") is not None and not body.get("stream"):
        raise Wrong("is for streams only: stream is not true", "stream_options")


def _tool_choice_is_among_the_tools(body: Json) -> None:
    choice, tools = body.get("tool_choice"), cast("list[Json]", body.get("tools") or [])
    # Without tools `none` and `auto` change nothing, and programs send them always.
    if choice is None or choice in ("none", "auto"):
        return
    if not tools:
        raise Wrong("is given without tools to choose among", "tool_choice")
    if isinstance(choice, dict):
        named = cast("Json", choice)
        kind: str = named["type"]
        if kind in {"function", "custom"}:
            name = named[kind]["name"]
            if not any(tool["type"] == kind and tool[kind]["name"] == name for tool in tools):
                raise Wrong(f"is {shown(name)}, which is not among the tools", "tool_choice", kind, "name")


def _function_call_is_among_the_functions(body: Json) -> None:
    choice = body.get("function_call")
    if isinstance(choice, dict):
        name = cast("Json", choice)["name"]
        if not any(function["name"] == name for function in cast("list[Json]", body.get("functions") or [])):
            raise Wrong(f"is {shown(name)}, which is not among the functions", "function_call", "name")


RULES: dict[Any, tuple[Rule, ...]] = {
    AssistantMessage: (_assistant_says_something,),
    ChatRequest: (
        _top_logprobs_come_with_logprobs,
        _stream_options_come_with_stream,
        _tool_choice_is_among_the_tools,
        _function_call_is_among_the_functions,
    ),
}
"""The rules of each TypedDict, in the order they are applied in."""
