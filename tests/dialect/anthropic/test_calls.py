import pytest

from dragoman.dialect.anthropic.calls import choice_of, offers, tool, tool_of
from dragoman.errors import InvalidRequestError

HELD = {"type": "object", "properties": {"city": {"type": "string"}}}
OURS = {"type": "function", "function": {"name": "f", "description": "d", "parameters": HELD, "strict": True}}
THEIRS = {"name": "f", "description": "d", "input_schema": HELD, "strict": True}
G = {"type": "function", "function": {"name": "g", "parameters": HELD}}


def test_a_function_is_a_tool_and_back():
    assert tool(OURS, "tools[0]") == THEIRS
    assert tool_of(THEIRS) == tool_of(THEIRS | {"type": "custom"}) == OURS


@pytest.mark.parametrize("parameters", [None, {}, {"properties": {}}])
def test_a_function_without_parameters_takes_an_empty_object(parameters):
    made = tool({"type": "function", "function": {"name": "f", "parameters": parameters}}, "p")

    assert made == {"name": "f", "input_schema": {"type": "object", "properties": {}}}


def test_anthropics_own_tools_and_marks_pass():
    search = {"type": "web_search_20250305", "name": "web_search"}
    mark = {"cache_control": {"type": "ephemeral"}}

    assert tool(search, "p") == tool_of(search) == search
    assert tool(OURS | mark, "p") == THEIRS | mark
    assert tool_of(THEIRS | mark) == OURS | mark


def test_a_tool_of_free_text_is_refused():
    with pytest.raises(InvalidRequestError, match=r"tools\[0\]: Anthropic's tools take JSON"):
        offers({"tools": [{"type": "custom", "custom": {"name": "x"}}]})


CHOICES = {
    "auto": ({"tool_choice": "auto"}, {"type": "auto"}),
    "none": ({"tool_choice": "none"}, {"type": "none"}),
    "required": ({"tool_choice": "required"}, {"type": "any"}),
    "named": ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, {"type": "tool", "name": "f"}),
    "one at a time": (
        {"tool_choice": "auto", "parallel_tool_calls": False},
        {"type": "auto", "disable_parallel_tool_use": True},
    ),
    "this one, once": (
        {"tool_choice": {"type": "function", "function": {"name": "f"}}, "parallel_tool_calls": False},
        {"type": "tool", "name": "f", "disable_parallel_tool_use": True},
    ),
}


@pytest.mark.parametrize(("ours", "theirs"), CHOICES.values(), ids=CHOICES)
def test_a_choice_is_said_and_heard_again(ours, theirs):
    assert offers({"tools": [OURS]} | ours) == ([THEIRS], theirs)
    assert choice_of(theirs) == ours


def test_mistrals_word_is_understood():
    assert offers({"tools": [OURS], "tool_choice": "any"})[1] == {"type": "any"}


def test_not_to_call_several_is_said_without_a_choice_too():
    assert offers({"tools": [OURS], "parallel_tool_calls": False})[1] == {
        "type": "auto",
        "disable_parallel_tool_use": True,
    }
    assert offers({"tools": [OURS], "parallel_tool_calls": False, "tool_choice": "none"})[1] == {"type": "none"}


@pytest.mark.parametrize("request_", [{}, {"tool_choice": "auto"}, {"tools": [], "parallel_tool_calls": False}])
def test_without_tools_there_is_nothing_to_choose(request_):
    assert offers(request_) == ([], None)


def test_of_some_allowed_tools_only_those_are_offered():
    allowed = {"mode": "required", "tools": [{"type": "function", "function": {"name": "g"}}]}
    made, choice = offers({"tools": [OURS, G], "tool_choice": {"type": "allowed_tools", "allowed_tools": allowed}})

    assert [each["name"] for each in made] == ["g"]
    assert choice == {"type": "any"}


def test_a_choice_of_a_custom_tool_is_refused():
    with pytest.raises(InvalidRequestError) as caught:
        offers({"tools": [OURS], "tool_choice": {"type": "custom", "custom": {"name": "x"}}})

    assert caught.value.param == "tool_choice"


def test_a_choice_nobody_knows_is_none():
    assert choice_of({"type": "sometimes"}) == {}
