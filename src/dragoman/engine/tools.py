"""Which functions an answer calls: by a stated rule; their arguments are the model's, held to the schema. No I/O.

A model this small cannot decide whether to call a function: asked in five ways, it was as often wrong as right. So it
is not asked. A function counts as meant by the last user's message when the words they share score 2 or more: 2 for
a word of the function's name, 1 for a word of its description, its parameters' names or their enumerated values.

- `tool_choice: auto` calls the functions that are meant; if none is, or if the last message is a tool's answer, it is
  text.
- `required` (and Mistral's `any`) calls the functions that are meant; if none is, the one that scores best, the
  first of equals.
- A named function is called whatever was said. `allowed_tools` is `auto` or `required` among those it names.
- With `parallel_tool_calls: false` only the best of them is called.
"""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec

from dragoman.errors import InvalidRequestError

Json = dict[str, Any]

MEANT = 2
"""The score from which a function counts as meant."""

_COMMON = frozenset(
    "a about all an and any are as at be by can could current do does for from get give given has have how i in is it "
    "its like make me my of on or please set show some tell that the their them this to use want was we what when "
    "where which who will with would you your".split()
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
        InvalidRequestError: there is a tool of a kind this model cannot call.
    """
    tools: list[Json] = request.get("tools") or [
        {"type": "function", "function": f} for f in request.get("functions") or []
    ]
    found: list[Function] = []
    for place, tool in enumerate(tools):
        if tool.get("type") != "function":
            raise InvalidRequestError(
                f"tools[{place}].type: this model calls functions only, not {tool.get('type')!r}",
                param=f"tools[{place}].type",
            )
        function: Json = tool["function"]
        parameters = function.get("parameters") or {"type": "object", "properties": {}}
        found.append(Function(function["name"], function.get("description") or "", parameters))
    return found


def chosen(request: Json, functions: list[Function]) -> list[Function]:
    """The functions that the answer calls, in order; none is an answer in text."""
    mode, among = _choice(request, functions)
    if mode == "named":
        return among
    if mode == "none" or not among:
        return []
    messages: list[Json] = request["messages"]
    said = words(text_of(next((m for m in reversed(messages) if m["role"] == "user"), {})))
    scores = [(score(function, said), function) for function in among]
    meant = [function for points, function in scores if points >= MEANT]
    if mode == "auto":
        answering = messages[-1]["role"] in {"tool", "function"}
        called = [] if answering else meant
    else:
        called = meant or [max(scores, key=lambda scored: scored[0])[1]]
    if request.get("parallel_tool_calls") is False or request.get("functions"):
        best = max(called, key=lambda function: score(function, said), default=None)
        return [best] if best is not None else []
    return called


def _choice(request: Json, functions: list[Function]) -> tuple[str, list[Function]]:
    """`none`, `auto`, `required` or `named`, and the functions it is about."""
    choice = request.get("tool_choice")
    if choice is None:
        choice = request.get("function_call")
        if isinstance(choice, dict):
            choice = {"type": "function", "function": choice}
    if not isinstance(choice, dict):
        return {None: "auto", "any": "required"}.get(choice, cast("str", choice)), functions
    picked = cast("Json", choice)
    if picked["type"] == "allowed_tools":
        names = {tool["function"]["name"] for tool in picked["allowed_tools"]["tools"] if tool["type"] == "function"}
        return picked["allowed_tools"]["mode"], [function for function in functions if function.name in names]
    if picked["type"] != "function":
        raise InvalidRequestError(
            f"tool_choice: this model calls functions only, not {picked['type']!r}", param="tool_choice"
        )
    return "named", [function for function in functions if function.name == picked["function"]["name"]]


def score(function: Function, said: frozenset[str]) -> int:
    """How much of a message is about a function."""
    properties: Any = function.parameters.get("properties")
    named: list[str] = []
    for name, schema in cast("Json", properties if isinstance(properties, dict) else {}).items():
        values = cast("Json", schema).get("enum") if isinstance(schema, dict) else None
        named += [name, *(str(value) for value in cast("list[Any]", values or []))]
    around = words(" ".join([function.description, *named]))
    name = words(function.name)
    return 2 * len(name & said) + len((around - name) & said)


def words(text: str) -> frozenset[str]:
    """The words of a text that say something: lower case, without a plural's s; names are split at their joints."""
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    found = (word.rstrip("s") or word for word in re.findall(r"[^\W_]+", split.lower()))
    return frozenset(word for word in found if word not in _COMMON and len(word) > 1)


def text_of(message: Json) -> str:
    """The text of a message, its parts joined."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(part.get("text") or part.get("refusal") or "" for part in cast("list[Json]", content))
    return content or ""


def instruction(function: Function) -> str:
    """What the model is told before it writes a call's arguments."""
    about = f": {function.description}" if function.description else ""
    return f"Call the function {function.name}{about} Answer only with its arguments as JSON."
