"""Tools made of a program's own types, and the reading of what a model called them with. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from dragoman.openai.omitted import is_given
from dragoman.structured import read, schema_name, strict_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dragoman.wire.tool import FunctionTool

Json = dict[str, Any]


class TypedFunction(Json):
    """A function's definition that remembers the type it was made of.

    Attributes:
        model: the type of its arguments.
    """

    def __init__(self, definition: Mapping[str, Any], model: Any) -> None:  # noqa: ANN401 - a TypedDict has no type of its own
        super().__init__(definition)
        self.model = model


def pydantic_function_tool(
    model: Any,  # noqa: ANN401 - a TypedDict has no type of its own
    *,
    name: str | None = None,
    description: str | None = None,
) -> FunctionTool:
    """A strict tool whose arguments are a type: pydantic's, or any that `dragoman.structured` knows.

    Args:
        model: the type.
        name: what the model calls it; default the type's own name.
        description: what it does; default the type's docstring.

    Raises:
        InvalidRequestError: (a ValueError) the type has no JSON Schema.
    """
    said = description if description is not None else _sentence(model)
    function = {"name": name or schema_name(model), "strict": True, "parameters": strict_schema(model)}
    made = {
        "type": "function",
        "function": TypedFunction(function | ({} if said is None else {"description": said}), model),
    }
    return cast("FunctionTool", made)


def _sentence(model: Any) -> str | None:  # noqa: ANN401 - as above
    """The docstring somebody wrote; dataclasses make one up of their fields."""
    said: str | None = model.__doc__
    made_up = said is not None and said.startswith(f"{model.__name__}(") and hasattr(model, "__dataclass_fields__")
    return None if made_up else said


def checked(tools: Any) -> list[Json]:  # noqa: ANN401 - what programs pass
    """The tools of a call whose arguments are to be read.

    Raises:
        ValueError: one of them is not a strict function: what a model calls it with may not be what it takes.
    """
    found: list[Json] = list(cast("Iterable[Json]", tools)) if is_given(tools) and tools is not None else []
    for tool in found:
        if tool["type"] != "function":
            raise ValueError(f"only the arguments of functions can be parsed, not those of a {tool['type']!r} tool")
        if tool["function"].get("strict") is not True:
            name = tool["function"]["name"]
            raise ValueError(f"the function {name!r} is not strict: only strict functions' arguments can be parsed")
    return found


def strict_functions(tools: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The definitions of those tools that are strict functions."""
    functions: list[Any] = [tool.get("function") for tool in tools]
    return [function for function in functions if function and function.get("strict")]


def parsed_arguments(tools: Iterable[Mapping[str, Any]], name: str, arguments: str) -> object:
    """A call's arguments as the type that its tool was made of; JSON values for a strict schema; None for any other.

    Raises:
        ValueError: they are not what the tool takes.
    """
    for tool in tools:
        function = tool.get("function")
        if function is None or function.get("name") != name:
            continue
        if isinstance(function, TypedFunction):
            return cast("object", read(function.model, arguments))
        return msgspec.json.decode(arguments) if function.get("strict") is True else None
    return None
