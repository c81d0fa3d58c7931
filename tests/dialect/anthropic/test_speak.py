"""A chat request in Anthropic's words: each field, what is declared, what is changed; and heard again."""

import copy

import hypothesis.strategies as st
import pytest
from hypothesis import given

from dragoman.dialect import ANTHROPIC
from dragoman.dialect.anthropic.hear import hear
from dragoman.dialect.anthropic.speak import speak
from dragoman.dialect.spoken import Manner
from dragoman.errors import InvalidRequestError
from dragoman.wire.check import check_request

MODEL = "claude-sonnet-4-5"
ADAPTIVE = "claude-opus-4-6"
OLD = "claude-3-5-sonnet-20241022"
HELLO = [{"role": "user", "content": "Hi"}]
DROP = Manner(parameters="drop")
HELD = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
FORMAT = {"type": "json_schema", "json_schema": {"name": "painter", "schema": HELD, "strict": True}}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}


def said(model=MODEL, manner=None, **fields):
    return speak({"model": model, "messages": HELLO, "max_tokens": 100} | fields, manner)


def test_a_plain_request():
    spoken = speak(
        {
            "model": MODEL,
            "messages": [{"role": "system", "content": "Be kind."}, *HELLO],
            "max_completion_tokens": 9,
            "stream": True,
        }
    )

    assert spoken.path == "/messages"
    assert spoken.body == {"model": MODEL, "max_tokens": 9, "messages": HELLO, "system": "Be kind.", "stream": True}
    assert spoken.changes == ()


@pytest.mark.parametrize(
    ("model", "manner", "most"),
    [
        (MODEL, Manner(), 32_000),
        (OLD, Manner(), 8192),
        ("glm-4.6", Manner(), 8192),
        (MODEL, Manner(max_tokens=500), 500),
    ],
)
def test_a_bound_has_to_be_named_and_is(model, manner, most):
    spoken = speak({"model": model, "messages": HELLO}, manner)

    assert spoken.body["max_tokens"] == most
    assert spoken.changes == (f"max_tokens: {most}",)


@pytest.mark.parametrize(
    ("field", "value", "sent"),
    [
        ("stop", "a", {"stop_sequences": ["a"]}),
        ("stop", ["a", "b"], {"stop_sequences": ["a", "b"]}),
        ("temperature", 0.5, {"temperature": 0.5}),
        ("top_p", 0.9, {"top_p": 0.9}),
        ("top_k", 40, {"top_k": 40}),
        ("top_k", -1, {}),
        ("user", "u1", {"metadata": {"user_id": "u1"}}),
        ("safety_identifier", "u1", {"metadata": {"user_id": "u1"}}),
        ("metadata", {"user_id": "u1"}, {"metadata": {"user_id": "u1"}}),
        ("service_tier", "auto", {"service_tier": "auto"}),
        ("service_tier", "default", {"service_tier": "standard_only"}),
        ("stream_options", {"include_usage": True}, {}),
        ("n", 1, {}),
        ("logprobs", False, {}),
        ("modalities", ["text"], {}),
        ("response_format", {"type": "text"}, {}),
        ("seed", None, {}),
        ("thinking", {"type": "adaptive"}, {"thinking": {"type": "adaptive"}}),
        ("a_new_field", 1, {"a_new_field": 1}),
    ],
)
def test_a_field_has_its_place_and_nothing_is_said_about_it(field, value, sent):
    spoken = said(**{field: value})

    assert {n: v for n, v in spoken.body.items() if n not in {"model", "max_tokens", "messages"}} == sent
    assert spoken.changes == ()


UNSAYABLE = {
    "seed": 1, "frequency_penalty": 0.5, "presence_penalty": -1, "logit_bias": {"1": 1}, "logprobs": True, "min_p": 0.1,
    "store": True, "safe_prompt": True, "web_search_options": {}, "moderation": {"model": "m"}, "service_tier": "flex",
}  # fmt: skip


@pytest.mark.parametrize(("field", "value"), UNSAYABLE.items(), ids=UNSAYABLE)
def test_what_cannot_be_said_is_refused_dropped_or_passed_as_declared(field, value):
    with pytest.raises(InvalidRequestError, match=f"^{field}: ") as caught:
        said(**{field: value})
    assert caught.value.param == field

    dropped = said(manner=DROP, **{field: value})
    assert field not in dropped.body
    assert dropped.changes == (f"{field}: dropped",)

    passed = said(manner=Manner(parameters="pass"), **{field: value})
    assert passed.body[field] == value
    assert passed.changes == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", 2),
        ("audio", {}),
        ("modalities", ["audio"]),
        ("functions", [{"name": "f"}]),
        ("function_call", {"name": "f"}),
    ],
)
def test_another_kind_of_answer_is_refused_whatever_is_declared(field, value):
    for manner in (Manner(), DROP, Manner(parameters="pass")):
        with pytest.raises(InvalidRequestError) as caught:
            said(manner=manner, **{field: value})
        assert caught.value.param == field


@pytest.mark.parametrize("field", ["prediction", "prompt_cache_key", "verbosity"])
def test_a_hint_is_dropped_and_said(field):
    assert said(**{field: "x"}).changes == (f"{field}: dropped",)


def test_fields_nobody_knows_are_dropped_where_that_is_declared():
    spoken = said(manner=DROP, a_new_field=1, thinking={"type": "adaptive"})

    assert "a_new_field" not in spoken.body
    assert spoken.body["thinking"] == {"type": "adaptive"}
    assert spoken.changes == ("a_new_field: dropped",)


def test_wilder_than_this_api_allows_is_as_wild_as_it_allows():
    spoken = said(temperature=1.7)

    assert spoken.body["temperature"] == 1
    assert spoken.changes == ("temperature: 1",)


def test_temperature_and_top_p_together_are_too_much_for_newer_models():
    assert said(OLD, temperature=0, top_p=0.5).body["top_p"] == 0.5
    assert "top_p" not in said(temperature=0, top_p=1).body
    assert said(manner=DROP, temperature=0, top_p=0.5).changes == ("top_p: dropped",)
    with pytest.raises(InvalidRequestError, match="not both"):
        said(temperature=0, top_p=0.5)


def test_models_that_take_no_sampling_get_none():
    assert said("claude-opus-5", manner=DROP, temperature=0, top_k=4).changes == (
        "temperature: dropped",
        "top_k: dropped",
    )
    assert "temperature" not in said("claude-opus-5", temperature=1).body
    with pytest.raises(InvalidRequestError, match="temperature: this model takes none"):
        said("claude-opus-5", temperature=0)


def test_white_space_stops_nothing():
    spoken = said(stop=["\n", "END"])

    assert spoken.body["stop_sequences"] == ["END"]
    assert spoken.changes == ("stop: white space dropped",)


def test_pairs_to_find_an_answer_by_are_dropped_by_name():
    spoken = said(metadata={"user_id": "u1", "run": "7"})

    assert spoken.body["metadata"] == {"user_id": "u1"}
    assert spoken.changes == ("metadata.run: dropped",)


def test_a_schema_is_the_apis_own_format_where_the_model_has_it():
    spoken = said(response_format=FORMAT)

    assert spoken.body["output_config"] == {"format": {"type": "json_schema", "schema": HELD}}
    assert spoken.answer == ""
    assert spoken.changes == ("response_format.json_schema.name: dropped",)


@pytest.mark.parametrize(("model", "manner"), [(OLD, Manner()), (MODEL, Manner(schemas="tool"))])
def test_and_else_a_tool_that_has_to_be_called(model, manner):
    spoken = said(model, manner, response_format=FORMAT)

    assert spoken.answer == "painter"
    assert spoken.body["tools"] == [
        {"name": "painter", "description": "Give the answer with this tool.", "input_schema": HELD}
    ]
    assert spoken.body["tool_choice"] == {"type": "tool", "name": "painter"}
    assert spoken.changes == ("response_format: asked for as the tool painter",)


def test_any_json_object_is_the_input_of_a_tool():
    spoken = said(response_format={"type": "json_object"})

    assert spoken.body["tools"][0]["input_schema"] == {"type": "object"}
    assert spoken.answer == spoken.body["tool_choice"]["name"] == "answer"


def test_beside_the_callers_tools_the_answer_is_one_of_them():
    spoken = said(OLD, response_format=FORMAT, tools=[TOOL], parallel_tool_calls=False)

    assert [tool["name"] for tool in spoken.body["tools"]] == ["f", "painter"]
    assert spoken.body["tool_choice"] == {"type": "any", "disable_parallel_tool_use": True}


def test_an_answer_takes_no_name_of_the_callers():
    mine = {"type": "function", "function": {"name": "painter"}}

    assert said(OLD, response_format=FORMAT, tools=[mine]).answer == "painter_"


def test_where_a_call_is_forced_the_form_waits_for_the_answer():
    spoken = said(OLD, response_format=FORMAT, tools=[TOOL], tool_choice="required")

    assert spoken.answer == ""
    assert spoken.changes == ("response_format: left to the answer after the tool call",)


@pytest.mark.parametrize("effort", ["low", "medium", "high", "xhigh", "max"])
def test_effort_is_said_where_the_model_decides_how_long_to_think(effort):
    spoken = said(ADAPTIVE, reasoning_effort=effort)

    assert spoken.body["thinking"] == {"type": "adaptive"}
    assert spoken.body["output_config"] == {"effort": effort}
    assert spoken.changes == ()


def test_the_least_effort_is_low():
    assert said(ADAPTIVE, reasoning_effort="minimal").changes == ("reasoning_effort: low",)


def test_effort_is_a_number_of_tokens_for_older_models_and_leaves_room_for_an_answer():
    assert said(reasoning_effort="low", max_tokens=9000).body["thinking"] == {"type": "enabled", "budget_tokens": 2048}
    assert said(reasoning_effort="max", max_tokens=9000).body["thinking"]["budget_tokens"] == 9000 - 1024
    assert said(reasoning_effort="low", max_tokens=100).changes == (
        "reasoning_effort: dropped, max_tokens leaves no room to think",
    )
    small = speak({"model": MODEL, "messages": HELLO, "reasoning_effort": "high"}, Manner(max_tokens=100))
    assert small.body["max_tokens"] > small.body["thinking"]["budget_tokens"] >= 1024


def test_no_effort_is_no_thinking():
    assert said(reasoning_effort="none").body["thinking"] == {"type": "disabled"}
    assert "thinking" not in said(OLD, reasoning_effort="none").body


@pytest.mark.parametrize(("model", "effort"), [(OLD, "low"), (ADAPTIVE, "heroic")])
def test_an_effort_that_a_model_does_not_know_is_as_declared(model, effort):
    assert said(model, DROP, reasoning_effort=effort).changes == ("reasoning_effort: dropped",)
    with pytest.raises(InvalidRequestError, match="reasoning_effort: this model knows no"):
        said(model, reasoning_effort=effort)


def test_who_thinks_is_neither_forced_nor_sampled():
    forced = said(ADAPTIVE, reasoning_effort="high", tools=[TOOL], tool_choice="required")
    sampled = said(ADAPTIVE, reasoning_effort="high", temperature=0, top_k=3)

    assert "thinking" not in forced.body
    assert forced.changes == ("reasoning_effort: no thinking, a tool is forced",)
    assert "temperature" not in sampled.body
    assert sampled.changes == ("temperature: dropped, the model thinks", "top_k: dropped, the model thinks")


def test_the_apis_own_words_win():
    spoken = said(
        ADAPTIVE,
        reasoning_effort="low",
        response_format=FORMAT,
        anthropic={"thinking": None, "output_config": {"effort": "max"}, "container": "c1", "stop_sequences": ["x"]},
        stop="y",
    )

    assert "thinking" not in spoken.body
    assert spoken.body["output_config"] == {"format": {"type": "json_schema", "schema": HELD}, "effort": "max"}
    assert spoken.body["container"] == "c1"
    assert spoken.body["stop_sequences"] == ["x"]


def test_a_callers_own_request_is_left_alone():
    request = {
        "model": MODEL,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}, *HELLO],
        "tools": [TOOL],
        "stop": ["a"],
    }
    before = copy.deepcopy(request)

    speak(request | {"metadata": {"user_id": "u"}}, DROP)

    assert request == before


WORDS = st.text("abcé ☃", min_size=1).filter(str.strip)
NAMES = st.sampled_from(["f", "get_weather", "x-1"])
PARTS = st.one_of(
    st.builds(lambda text: {"type": "text", "text": text}, WORDS),
    st.sampled_from(
        [
            {"type": "image_url", "image_url": {"url": "https://a.test/b.png"}},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,aaaa"}},
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,aaaa", "filename": "a.pdf"}},
            {"type": "file", "file": {"file_data": "data:text/plain;base64,aGk="}},
            {"type": "file", "file": {"file_id": "file_1"}},
        ]
    ),
)
USERS = st.builds(
    lambda content: [{"role": "user", "content": content}], WORDS | st.lists(PARTS, min_size=2, max_size=3)
)


@st.composite
def exchanges(draw):
    """What the user says, what the assistant says or calls, and what the tools answer."""
    calls = [
        {
            "id": f"c{number}",
            "type": "function",
            "function": {"name": draw(NAMES), "arguments": draw(st.sampled_from(["{}", '{"a":1}']))},
        }
        for number in range(draw(st.integers(0, 2)))
    ]
    answer = {"role": "assistant", "content": draw(WORDS if not calls else WORDS | st.none())}
    results = [{"role": "tool", "tool_call_id": call["id"], "content": draw(WORDS)} for call in calls]
    return [*draw(USERS), answer | ({"tool_calls": calls} if calls else {}), *results]


@st.composite
def requests(draw):
    """Chat requests that can be said in full."""
    system = draw(st.lists(st.builds(lambda text: {"role": "system", "content": text}, WORDS), max_size=1))
    turns = [message for exchange in draw(st.lists(exchanges(), max_size=2)) for message in exchange]
    # A turn that begins with results goes on with what the user says: the last one does.
    last = draw(USERS)
    tools = [
        {"type": "function", "function": {"name": name, "parameters": HELD}}
        for name in draw(st.lists(NAMES, unique=True, max_size=2))
    ]
    fields = draw(st.fixed_dictionaries({}, optional={
        "stop": st.lists(WORDS, min_size=1, max_size=4), "stream": st.sampled_from([True]), "user": WORDS,
        "service_tier": st.sampled_from(["auto", "default"]), "top_k": st.integers(1, 50),
    }))  # fmt: skip
    if tools:
        named = {"type": "function", "function": {"name": tools[0]["function"]["name"]}}
        fields |= {"tools": tools} | draw(
            st.fixed_dictionaries({}, optional={"tool_choice": st.sampled_from(["auto", "none", "required", named])})
        )
    if "tool_choice" not in fields and "top_k" not in fields and draw(st.booleans()):
        fields["reasoning_effort"] = draw(st.sampled_from(["low", "medium", "high", "max"]))
    else:
        fields |= draw(st.fixed_dictionaries({}, optional={"temperature": st.sampled_from([0, 0.5, 1])}))
    if draw(st.booleans()):
        fields["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": HELD, "strict": True},
        }
    return {"model": ADAPTIVE, "max_tokens": 4000, "messages": [*system, *turns, *last]} | fields


@given(requests())
def test_what_is_spoken_is_heard_again(request_):
    check_request(request_)
    spoken = speak(request_)
    heard, changes = hear(spoken.body)

    assert {name: value for name, value in heard.items() if name != ANTHROPIC} == request_
    assert set(spoken.changes) <= {"response_format.json_schema.name: dropped"}
    assert changes == ()
