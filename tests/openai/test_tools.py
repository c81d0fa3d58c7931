"""Tools made of types."""

from dataclasses import dataclass
from typing import Annotated

import msgspec
import pytest

from dragoman.openai import omit, pydantic_function_tool
from dragoman.openai.tools import checked, parsed_arguments, strict_functions


class Look(msgspec.Struct):
    """Look something up."""

    term: Annotated[str, msgspec.Meta(description="what to look up")]


@dataclass
class Plain:
    a: int


STRICT = {"type": "function", "function": {"name": "f", "strict": True, "parameters": {}}}


def test_a_type_becomes_a_strict_function():
    assert pydantic_function_tool(Look) == {
        "type": "function",
        "function": {
            "name": "Look",
            "strict": True,
            "description": "Look something up.",
            "parameters": {
                "title": "Look",
                "description": "Look something up.",
                "type": "object",
                "properties": {"term": {"type": "string", "description": "what to look up"}},
                "required": ["term"],
                "additionalProperties": False,
            },
        },
    }


def test_it_can_be_called_otherwise():
    function = pydantic_function_tool(Look, name="find", description="Find it.")["function"]

    assert (function["name"], function["description"]) == ("find", "Find it.")


def test_what_a_dataclass_says_of_itself_is_no_description():
    assert "description" not in pydantic_function_tool(Plain)["function"]


@pytest.mark.parametrize(
    ("tools", "says"),
    [
        ([{"type": "custom", "custom": {"name": "c"}}], "not those of a 'custom' tool"),
        ([STRICT, {"type": "function", "function": {"name": "g"}}], "'g' is not strict"),
    ],
)
def test_only_strict_functions_can_be_parsed(tools, says):
    with pytest.raises(ValueError, match=says):
        checked(tools)


@pytest.mark.parametrize("tools", [omit, None, []])
def test_there_may_be_no_tools(tools):
    assert checked(tools) == []


def test_arguments_are_read_as_the_tool_says():
    tools = [pydantic_function_tool(Plain), STRICT, {"type": "function", "function": {"name": "g"}}, {"type": "custom"}]

    assert parsed_arguments(tools, "Plain", '{"a":1}') == Plain(1)
    assert parsed_arguments(tools, "f", '{"a":1}') == {"a": 1}
    assert parsed_arguments(tools, "g", '{"a":1}') is None
    assert parsed_arguments(tools, "h", '{"a":1}') is None
    assert [function["name"] for function in strict_functions(tools)] == ["Plain", "f"]
    with pytest.raises(ValueError, match="int"):
        parsed_arguments(tools, "Plain", '{"a":"x"}')
