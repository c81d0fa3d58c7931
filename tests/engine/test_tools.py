import pytest

from dragoman import InvalidRequestError
from dragoman.engine import tools


def function(name, description="", **properties):
    return {"name": name, "description": description, "parameters": {"type": "object", "properties": properties}}


WEATHER = function("get_weather", "Get the current weather in a city.", city={"type": "string"})
ADD = function("add", "Sum of two numbers.", a={"type": "integer"}, b={"type": "integer"})
PAINT = function("mixColours", "", colour={"enum": ["crimson", "ochre"]})


def called(*messages, functions=(WEATHER, ADD, PAINT), **request):
    """The names of the functions that a conversation's next answer calls."""
    said = [{"role": "user", "content": message} if isinstance(message, str) else message for message in messages]
    whole = {"messages": said, "tools": [{"type": "function", "function": each} for each in functions], **request}
    return [chosen.name for chosen in tools.chosen(whole, tools.offered(whole))]


def named(name):
    return {"type": "function", "function": {"name": name}}


def allowed(mode, *names):
    return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": [named(name) for name in names]}}


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("What's the weather like in Paris?", ["get_weather"]),
        ("Please add 17 and 25.", ["add"]),
        ("Which crimson colour?", ["mixColours"]),
        ("Mix the colours!", ["mixColours"]),
        ("The two numbers are 3 and 4.", ["add"]),
        ("The weather of two numbers, and their sum: add them.", ["get_weather", "add"]),
        ("Who is the best French painter?", []),
        ("What is this?", []),
        ("", []),
    ],
)
def test_auto_calls_the_functions_that_are_meant(message, names):
    assert called(message) == names
    assert called(message, tool_choice="auto") == names


def test_what_counts_is_the_last_user_message():
    assert called("What is the weather?", {"role": "assistant", "content": "Rain."}, "Thank you!") == []
    assert called("Hello!", {"role": "assistant", "content": "Hi."}, "What is the weather?") == ["get_weather"]
    assert called({"role": "system", "content": "Report the weather."}, "Hello!") == []


def test_the_text_of_a_message_in_parts_counts_as_one():
    parts = [{"type": "text", "text": "What is"}, {"type": "text", "text": "the weather?"}]

    assert called({"role": "user", "content": parts}) == ["get_weather"]


@pytest.mark.parametrize(
    "last",
    [
        {"role": "tool", "tool_call_id": "c", "content": "21 °C"},
        {"role": "function", "name": "get_weather", "content": "21 °C"},
        {"role": "assistant", "content": "It is", "prefix": True},
    ],
)
def test_auto_answers_in_text_once_a_function_has_answered_or_the_assistant_speaks(last):
    assert called("What is the weather?", last) == []


def test_none_calls_nothing():
    assert called("What is the weather?", tool_choice="none") == []


@pytest.mark.parametrize("choice", ["required", "any"])
def test_required_calls_what_is_meant_and_else_what_comes_nearest(choice):
    assert called("What is the weather?", tool_choice=choice) == ["get_weather"]
    assert called("Numbers, please.", tool_choice=choice) == ["add"]
    assert called("Who is the best French painter?", tool_choice=choice) == ["get_weather"]


def test_a_named_function_is_called_whatever_was_said():
    assert called("What is the weather?", tool_choice=named("add")) == ["add"]


def test_allowed_tools_are_chosen_among():
    assert called("What is the weather?", tool_choice=allowed("auto", "add")) == []
    assert called("What is the weather?", tool_choice=allowed("required", "mixColours", "add")) == ["add"]
    assert called("Add the weather.", tool_choice=allowed("auto", "add")) == ["add"]


def test_without_parallel_calls_only_the_best_is_called():
    both = "The weather of two numbers, and their sum: add them."

    assert called(both, parallel_tool_calls=True) == ["get_weather", "add"]
    assert called(both, parallel_tool_calls=False) == ["add"]
    assert called("Hello!", parallel_tool_calls=False) == []


def test_the_older_form_calls_one_function_at_most():
    both = {"messages": [{"role": "user", "content": "Add two numbers to the weather."}], "functions": [WEATHER, ADD]}

    for choice, names in [(None, ["add"]), ("auto", ["add"]), ("none", []), ({"name": "get_weather"}, ["get_weather"])]:
        request = both | {"function_call": choice}
        assert [chosen.name for chosen in tools.chosen(request, tools.offered(request))] == names


def test_a_function_without_parameters_takes_none():
    for parameters in ({}, {"parameters": None}, {"parameters": {}}):
        request = {"tools": [{"type": "function", "function": {"name": "now"} | parameters}]}
        assert tools.offered(request)[0].parameters == {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    ("request_", "param"),
    [
        ({"tools": [{"type": "custom", "custom": {"name": "sql"}}]}, "tools[0].type"),
        ({"tools": [{"type": "function", "function": WEATHER}, {"type": "web_search"}]}, "tools[1].type"),
        ({"tools": [{"type": "function", "function": WEATHER}], "functions": [ADD]}, "functions"),
        ({"tools": [{"type": "function", "function": WEATHER}], "function_call": "auto"}, "function_call"),
        (
            {"functions": [{"name": "f", "parameters": {"type": "string"}}]},
            "functions[0].parameters.type",
        ),
        (
            {"tools": [{"type": "function", "function": {"name": "f", "parameters": {"required": 3}}}]},
            "tools[0].function.parameters.required",
        ),
    ],
)
def test_tools_that_cannot_be_called_are_refused_by_name(request_, param):
    with pytest.raises(InvalidRequestError) as caught:
        tools.offered(request_)

    assert caught.value.param == param


@pytest.mark.parametrize(
    ("choice", "param"),
    [
        ({"type": "custom", "custom": {"name": "sql"}}, "tool_choice"),
        (allowed("auto", "nothing"), "tool_choice.allowed_tools.tools"),
        (allowed("auto"), "tool_choice.allowed_tools.tools"),
        (named("nothing"), "tool_choice"),
    ],
)
def test_a_choice_of_what_is_not_there_is_refused(choice, param):
    with pytest.raises(InvalidRequestError) as caught:
        called("Hello!", tool_choice=choice)

    assert caught.value.param == param


def test_words_are_compared_without_case_plural_and_joints():
    assert tools.words("sendEmails to_the-Address") == {"send", "email", "addres".rstrip("s")}
    assert tools.words("getWeather, this is it") == {"weather"}
    assert tools.words("Köln: 東京") == {"köln", "東京"}


def test_the_model_is_told_what_to_call():
    told = tools.instruction(tools.Function("add", "Sum of two numbers.", {}))

    assert "add" in told
    assert "Sum of two numbers." in told
