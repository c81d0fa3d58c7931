"""Tools of each kind, the choice among them, and their calls, as a caller writes them."""

from typing import get_args

import pytest

from dragoman import InvalidRequestError
from dragoman.wire.check import check_request
from dragoman.wire.shape import fields, tag
from dragoman.wire.tool import CustomDefinition, FunctionDefinition, RequestToolCall, Tool

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "additionalProperties": False}
LOOK = {"type": "function", "function": {"name": "look"}}
SAY = {"type": "custom", "custom": {"name": "say"}}

TOOLS = [
    LOOK,
    {
        "type": "function",
        "function": {"name": "get-weather_2", "description": "Weather.", "parameters": SCHEMA, "strict": True},
    },
    SAY,
    {"type": "custom", "custom": {"name": "say", "description": "Say it.", "format": {"type": "text"}}},
    {
        "type": "custom",
        "custom": {
            "name": "sum",
            "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: NUMBER"}},
        },
    },
    {"type": "web_search", "web_search": {"depth": 3}},
]

CHOICES = [
    "none",
    "auto",
    "required",
    "any",
    LOOK,
    SAY,
    {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [LOOK, SAY]}},
    {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": []}},
    {"type": "web_search"},
]

CALLS = [
    {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"city": "Paris"}'}},
    {"id": "call_1", "function": {"name": "look", "arguments": "not JSON: a model wrote it"}},
    {"id": "call_1", "type": None, "function": {"name": "look", "arguments": ""}},
    {"id": "call_1", "type": "custom", "custom": {"name": "say", "input": "hello"}},
]

WRONG_TOOLS = [
    ("look", " must be an object, not 'look'"),
    ({"type": "function"}, ".function is missing"),
    ({"type": "function", "function": {}}, ".function.name is missing"),
    ({"type": "function", "function": {"name": "look at"}}, ".function.name must be 1 to 64 letters, digits, underscores or dashes, not 'look at'"),
    ({"type": "function", "function": {"name": "look", "parameters": "{}"}}, ".function.parameters must be an object, not '{}'"),
    ({"type": "function", "function": {"name": "look", "strict": "yes"}}, ".function.strict must be true or false, not 'yes'"),
    ({"type": "custom", "custom": {"name": "say", "format": {}}}, ".custom.format.type is missing: it must be 'text' or 'grammar'"),
    ({"type": "custom", "custom": {"name": "say", "format": {"type": "xml"}}}, ".custom.format.type must be 'text' or 'grammar', not 'xml'"),
    ({"type": "custom", "custom": {"name": "say", "format": {"type": "grammar", "grammar": {"syntax": "lark"}}}}, ".custom.format.grammar.definition is missing"),
]  # fmt: skip

WRONG_CHOICES = [
    ("all", " must be one of 'none', 'auto', 'required' or 'any', not 'all'"),
    (True, " must be one of 'none', 'auto', 'required' or 'any' or an object, not true"),
    ({"name": "look"}, ".type is missing: it must be one of 'function', 'custom' or 'allowed_tools'"),
    ({"type": "function"}, ".function is missing"),
    ({"type": "function", "function": "look"}, ".function must be an object, not 'look'"),
    ({"type": "custom", "custom": {}}, ".custom.name is missing"),
    ({"type": "allowed_tools", "allowed_tools": {"tools": []}}, ".allowed_tools.mode is missing"),
    ({"type": "allowed_tools", "allowed_tools": {"mode": "none", "tools": []}}, ".allowed_tools.mode must be 'auto' or 'required', not 'none'"),
    ({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": ["look"]}}, ".allowed_tools.tools[0] must be an object, not 'look'"),
]  # fmt: skip

WRONG_CALLS = [
    ({"type": "function", "function": {"name": "look", "arguments": ""}}, ".id is missing"),
    ({"id": "a", "type": "function"}, ".function is missing"),
    ({"id": "a", "function": {"name": "look"}}, ".function.arguments is missing"),
    ({"id": "a", "function": {"name": "look", "arguments": {}}}, ".function.arguments must be a string, not an object"),
    ({"id": "a", "type": "custom", "custom": {"name": "say"}}, ".custom.input is missing"),
    ({"id": "a", "type": "magic"}, ".type must be 'function' or 'custom', not 'magic'"),
]


def ask(**given):
    return {"model": "m", "messages": [{"role": "user", "content": "Hi"}]} | given


def called(*calls):
    return ask(messages=[{"role": "assistant", "tool_calls": list(calls)}])


def refusal(body):
    with pytest.raises(InvalidRequestError) as caught:
        check_request(body)
    assert str(caught.value).startswith(f"{caught.value.param} ")
    return str(caught.value)


@pytest.mark.parametrize("tool", TOOLS, ids=str)
def test_a_tool_may_be_in_each_of_its_forms(tool):
    check_request(ask(tools=[tool]))


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_a_choice_may_be_in_each_of_its_forms(choice):
    check_request(ask(tools=TOOLS, tool_choice=choice))


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_call_may_be_in_each_of_its_forms(call):
    check_request(called(call))


def test_no_kind_and_no_field_of_a_tool_is_without_an_example():
    assert set(tag(get_args(Tool)).kinds) <= {tool["type"] for tool in TOOLS}
    assert set(tag(get_args(RequestToolCall)).kinds) <= {call.get("type") for call in CALLS}
    for kind, definition in (("function", FunctionDefinition), ("custom", CustomDefinition)):
        assert set().union(*(tool[kind] for tool in TOOLS if kind in tool)) == set(fields(definition))


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "function": {"name": "look", "description": None, "parameters": None, "strict": None}},
        {"type": "custom", "custom": {"name": "say", "description": None, "format": None}},
    ],
    ids=["function", "custom"],
)
def test_every_optional_field_may_be_null(tool):
    check_request(ask(tools=[tool]))


def test_functions_in_the_older_form_are_defined_like_functions_in_tools():
    functions = [tool["function"] for tool in TOOLS if tool["type"] == "function"]

    check_request(ask(functions=functions, function_call={"name": "look"}))
    assert refusal(ask(functions=[{"description": "?"}])) == "functions[0].name is missing"


@pytest.mark.parametrize(("tool", "sentence"), WRONG_TOOLS, ids=[sentence for _, sentence in WRONG_TOOLS])
def test_a_wrong_tool_is_refused_by_its_place(tool, sentence):
    assert refusal(ask(tools=[LOOK, tool])) == f"tools[1]{sentence}"


@pytest.mark.parametrize(("choice", "sentence"), WRONG_CHOICES, ids=[sentence for _, sentence in WRONG_CHOICES])
def test_a_wrong_choice_is_refused_by_its_place(choice, sentence):
    assert refusal(ask(tools=TOOLS, tool_choice=choice)) == f"tool_choice{sentence}"


@pytest.mark.parametrize(("call", "sentence"), WRONG_CALLS, ids=[sentence for _, sentence in WRONG_CALLS])
def test_a_wrong_call_is_refused_by_its_place(call, sentence):
    assert refusal(called(CALLS[0], call)) == f"messages[0].tool_calls[1]{sentence}"
