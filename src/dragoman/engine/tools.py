"""Which functions an answer calls: by a stated rule; their arguments are the model's, held to the schema. No I/O.

A model this small cannot decide whether to call a function: asked in five ways, it was as often wrong as right. So it
is not asked. A function counts as meant by the last user's message when the words they share score 2 or more: 2 for
a word of the function's name, 1 for a word of its description, its parameters' names or their enumerated values.

- `tool_choice: auto` calls the functions that are meant; if none is, or if the last message is a tool's answer or the
  assistant's own, it is text.
- `required` (and Mistral's `any`) calls the functions that are meant; if none is, the one that scores best, the
  first of equals.
- A named function is called whatever was said. `allowed_tools` is `auto` or `required` among those it names.
- With `parallel_tool_calls: false` only the best of them is called.
"""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec

from dragoman.engine.schema import checked
from dragoman.errors import InvalidRequestError

Json = dict[str, Any]

MEANT = 2
"""The score from which a function counts as meant."""

_COMMON = frozenset(
    re.findall(
        "[a-z]+",
        """a about all an and any are as at be by can could current do does for from get give given has have how i in is
        it its like make me my of on or please set show some tell that the their them this to use want was we what when
        where which who will with would you your""",
    )
)
"""Words that say nothing about what is meant."""


class Function(msgspec.Struct, frozen=True):
    """A function that may be called."""

    name: str
    description: str
    parameters: Json


def offered(request: Json) -> list[Function]:
    """The functions of a request, in either of its forms.

    Raises:
        InvalidRequestError: both forms are there, or a tool of a kind this model cannot call.
    """
    tools: list[Json] = request.get("tools") or []
    older: list[Json] = request.get("functions") or []
    for name in ("functions", "function_call"):
        if tools and request.get(name):
            raise InvalidRequestError(f"{name}: it is the older form of what tools says; give one of them", param=name)
    found = [_function(function, f"functions[{place}]") for place, function in enumerate(older)]
    for place, tool in enumerate(tools):
        where = f"tools[{place}]"
        if tool.get("type") != "function":
            raise InvalidRequestError(
                f"{where}.type: this model calls functions only, not {tool.get('type')!r}", param=f"{where}.type"
            )
        found.append(_function(tool["function"], f"{where}.function"))
    return found


def _function(function: Json, where: str) -> Function:
    given: Json = function.get("parameters") or {"properties": {}}
    parameters = checked({"type": "object"} | given, f"{where}.parameters")
    if parameters["type"] != "object":
        raise InvalidRequestError(f"{where}.parameters: the type has to be 'object'", param=f"{where}.parameters.type")
    return Function(function["name"], function.get("description") or "", parameters)


def chosen(request: Json, functions: list[Function]) -> list[Function]:
    """The functions that the answer calls, in order; none is an answer in text."""
    mode, among = _choice(request, functions)
    if mode == "named":
        return among
    if mode == "none" or not among:
        return []
    messages: list[Json] = request["messages"]
    said = words(
        text_of(next((message for message in reversed(messages) if message["role"] == "user"), {"content": ""}))
    )
    scores = [(score(function, said), function) for function in among]
    meant = [function for points, function in scores if points >= MEANT]
    if mode == "auto":
        called = [] if messages[-1]["role"] in {"tool", "function", "assistant"} else meant
    else:
        called = meant or [max(scores, key=lambda scored: scored[0])[1]]
    if request.get("parallel_tool_calls") is False or request.get("functions"):
        return sorted(called, key=lambda function: -score(function, said))[:1]
    return called


def _choice(request: Json, functions: list[Function]) -> tuple[str, list[Function]]:
    """`none`, `auto`, `required` or `named`, and the functions it is about."""
    choice: Any = request.get("tool_choice")
    if choice is None:
        older: Any = request.get("function_call")
        choice = cast("Json", {"type": "function", "function": older}) if isinstance(older, dict) else older
    if choice is None or isinstance(choice, str):
        mode = choice or "auto"
        return ("required" if mode == "any" else mode), functions
    picked = cast("Json", choice)
    if picked["type"] == "allowed_tools":
        allowed: Json = picked["allowed_tools"]
        names = {tool["function"]["name"] for tool in allowed["tools"] if tool["type"] == "function"}
        return allowed["mode"], _known(functions, names, "tool_choice.allowed_tools.tools")
    if picked["type"] != "function":
        raise InvalidRequestError(
            f"tool_choice: this model calls functions only, not {picked['type']!r}", param="tool_choice"
        )
    return "named", _known(functions, {picked["function"]["name"]}, "tool_choice")


def _known(functions: list[Function], names: set[str], param: str) -> list[Function]:
    """The functions of these names.

    Raises:
        InvalidRequestError: there is none of a name.
    """
    found = [function for function in functions if function.name in names]
    missing = names - {function.name for function in found}
    if missing or not names:
        raise InvalidRequestError(f"{param}: there is no function {', '.join(sorted(missing)) or 'named'}", param=param)
    return found


def score(function: Function, said: frozenset[str]) -> int:
    """How much of a message is about a function."""
    properties: Any = function.parameters.get("properties")
    around = [function.description]
    for name, inner in (cast("Json", properties) if isinstance(properties, dict) else {}).items():
        values: list[Any] = (cast("Json", inner) if isinstance(inner, dict) else {}).get("enum") or []
        around += [name, *map(str, values)]
    called = words(function.name)
    return 2 * len(called & said) + len((words(" ".join(around)) - called) & said)


def words(text: str) -> frozenset[str]:
    """The words of a text that say something: lower case, without a plural's s; names are split at their joints."""
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    found = (word for word in re.findall(r"[^\W_]+", split.lower()) if word not in _COMMON and len(word) > 1)
    return frozenset(word.rstrip("s") or word for word in found)


def text_of(message: Json) -> str:
    """The text of a message, its parts joined."""
    content: Any = message.get("content")
    if isinstance(content, list):
        return "\n".join(part.get("text") or part.get("refusal") or "" for part in cast("list[Json]", content))
    return content or ""


def instruction(function: Function) -> str:
    """What the model is told before it writes a call's arguments."""
    about = f": {function.description}" if function.description else ""
    return f"Call the function {function.name}{about} Answer only with its arguments as JSON."
