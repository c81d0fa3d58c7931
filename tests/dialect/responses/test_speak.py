"""A chat request as a Responses request: field by field, and back to what it was heard as."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.dialect.responses.answer import completion
from dragoman.dialect.responses.hear import hear
from dragoman.dialect.responses.speak import speak
from dragoman.dialect.spoken import Manner
from dragoman.errors import InvalidRequestError
from responded import CALLED, RESPONSE, SAID, SEARCH, THOUGHT, responses

HELLO = [{"role": "user", "content": "Who?"}]
ASKED = {"type": "message", "role": "user", "content": "Who?"}
DROP = Manner(parameters="drop")
SCHEMA = {"type": "object", "properties": {"who": {"type": "string"}}}
FUNCTION = {"type": "function", "function": {"name": "f", "parameters": SCHEMA}}


def said(manner=None, **fields):
    return speak({"model": "gpt-4.1", "messages": HELLO} | fields, manner)


def body(**fields):
    return said(**fields).body


def test_a_question():
    spoken = said()

    assert (spoken.path, spoken.changes) == ("/responses", ())
    assert spoken.body == {"model": "gpt-4.1", "input": [ASKED], "store": False}


SAME = {
    "the bound": ({"max_tokens": 9}, {"max_output_tokens": 9}),
    "the newer bound": ({"max_completion_tokens": 8, "max_tokens": 9}, {"max_output_tokens": 8}),
    "what has the same name": (
        {"temperature": 0, "top_p": 1, "metadata": {"a": "b"}, "user": "u", "parallel_tool_calls": False},
        {"temperature": 0, "top_p": 1, "metadata": {"a": "b"}, "user": "u", "parallel_tool_calls": False},
    ),
    "JSON of a schema": (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA, "strict": True}}},
        {"text": {"format": {"type": "json_schema", "name": "a", "schema": SCHEMA, "strict": True}}},
    ),
    "JSON of any kind, and length": (
        {"response_format": {"type": "json_object"}, "verbosity": "low"},
        {"text": {"format": {"type": "json_object"}, "verbosity": "low"}},
    ),
    "likely tokens": (
        {"logprobs": True, "top_logprobs": 2},
        {"include": ["message.output_text.logprobs"], "top_logprobs": 2},
    ),
    "no thoughts": ({"reasoning_effort": "none"}, {"reasoning": {"effort": "none"}}),
    "a stream": ({"stream": True, "stream_options": {"include_usage": True}}, {"stream": True}),
    "a stream's padding": (
        {"stream": True, "stream_options": {"include_obfuscation": False}},
        {"stream": True, "stream_options": {"include_obfuscation": False}},
    ),
    "what this API alone knows": (
        {"truncation": "auto", "reasoning": {"summary": "auto"}, "text": {"verbosity": "high"}},
        {"truncation": "auto", "reasoning": {"summary": "auto"}, "text": {"verbosity": "high"}},
    ),
    "what asks for nothing": ({"n": 1, "stop": [], "seed": None, "logit_bias": {}, "functions": []}, {}),
    "what the caller wants kept": ({"store": True}, {"store": True}),
    "a function, which says that it is not strict": (
        {"tools": [FUNCTION], "tool_choice": {"type": "function", "function": {"name": "f"}}},
        {
            "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}],
            "tool_choice": {"type": "function", "name": "f"},
        },
    ),
    "a tool of the vendor's own": ({"tools": [{"type": "web_search"}]}, {"tools": [{"type": "web_search"}]}),
    "a search": (
        {
            "web_search_options": {
                "search_context_size": "low",
                "user_location": {"type": "approximate", "approximate": {"city": "Paris"}},
            }
        },
        {
            "tools": [
                {
                    "type": "web_search",
                    "search_context_size": "low",
                    "user_location": {"type": "approximate", "city": "Paris"},
                }
            ]
        },
    ),
}


@pytest.mark.parametrize(("chat", "theirs"), SAME.values(), ids=SAME)
def test_a_field_in_this_apis_words(chat, theirs):
    assert body(**chat) == {"model": "gpt-4.1", "input": [ASKED], "store": False} | theirs


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({"model": "gpt-5"}, True),
        ({"model": "openai/o3-pro"}, True),
        ({"model": "gpt-5-codex"}, True),
        ({"model": "gpt-5.3-chat-latest"}, False),
        ({"model": "gpt-4o"}, False),
        ({"model": "house", "reasoning_effort": "low"}, True),
        ({"model": "gpt-5", "store": True}, False),
    ],
)
def test_thoughts_that_nobody_keeps_are_asked_for_encrypted(fields, asked):
    assert body(**fields).get("include", []) == (["reasoning.encrypted_content"] if asked else [])


def test_a_conversation_of_every_role():
    called = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    drawn = {"id": "call_2", "type": "custom", "custom": {"name": "x", "input": "go"}}
    image = {"type": "image_url", "image_url": {"url": "data:x"}}
    file = {"type": "file", "file": {"file_id": "f"}}
    messages = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Who?"}, image, file]},
        {"role": "assistant", "content": "Let me see.", "tool_calls": [called, drawn]},
        {"role": "tool", "tool_call_id": "call_1", "content": "1"},
        {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "2"}]},
    ]

    assert body(messages=messages)["input"] == [
        {"type": "message", "role": "developer", "content": "Be brief."},
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "Who?"},
                {"type": "input_image", "image_url": "data:x", "detail": "auto"},
                {"type": "input_file", "file_id": "f"},
            ],
        },
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Let me see."}]},
        {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"},
        {"type": "custom_tool_call", "call_id": "call_2", "name": "x", "input": "go"},
        {"type": "function_call_output", "call_id": "call_1", "output": "1"},
        {"type": "custom_tool_call_output", "call_id": "call_2", "output": [{"type": "input_text", "text": "2"}]},
    ]


def test_an_answer_goes_back_as_the_items_that_came():
    answer = completion(RESPONSE, 7)["choices"][0]["message"]
    spoken = said(messages=[*HELLO, answer, {"role": "tool", "tool_call_id": "call_1", "content": "He is."}])

    output = {"type": "function_call_output", "call_id": "call_1", "output": "He is."}
    assert spoken.body["input"] == [ASKED, THOUGHT, SEARCH, SAID, CALLED, output]
    assert spoken.changes == ()


@given(response=responses())
def test_whatever_came_goes_back_but_for_thoughts_of_which_a_summary_is_all_that_is_left(response):
    answer = completion(response, 7)["choices"][0]["message"]

    assert body(messages=[*HELLO, answer])["input"][1:] == [
        item
        for item in response["output"]
        if item["type"] != "reasoning" or item.get("encrypted_content") or item.get("content")
    ]


def test_another_vendors_thoughts_and_names_are_left_out_and_told():
    thoughtful = {"role": "assistant", "content": "Monet", "reasoning_content": "Hm."}
    spoken = said(messages=[{"role": "user", "name": "Ana", "content": "Who?"}, thoughtful, *HELLO])

    assert [item["type"] for item in spoken.body["input"]] == ["message"] * 3
    assert spoken.changes == ("messages[0].name: dropped", "messages[1].reasoning_content: dropped")


@pytest.mark.parametrize(("field", "value"), [("seed", 1), ("stop", ["."]), ("top_k", 4), ("logit_bias", {"1": 2})])
def test_what_has_no_word_is_dealt_with_as_declared(field, value):
    with pytest.raises(InvalidRequestError, match=f"{field}: the Responses API has no such parameter") as error:
        said(**{field: value})

    assert error.value.param == field
    assert said(DROP, **{field: value}).changes == (f"{field}: dropped",)
    assert said(Manner(parameters="pass"), **{field: value}).body[field] == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", 2),
        ("audio", {"voice": "x", "format": "wav"}),
        ("modalities", ["audio"]),
        ("functions", [{"name": "f"}]),
        ("function_call", {"name": "f"}),
        ("background", True),
    ],
)
def test_another_kind_of_answer_is_refused_whatever_is_declared(field, value):
    for manner in (Manner(), DROP, Manner(parameters="pass")):
        with pytest.raises(InvalidRequestError, match=f"^{field}: "):
            said(manner, **{field: value})


def test_calls_in_the_older_form_are_refused():
    with pytest.raises(InvalidRequestError, match=r"messages\[0\] calls in the older form"):
        said(messages=[{"role": "function", "name": "f", "content": "1"}])


def test_fields_nobody_knows_pass_unless_they_are_to_be_dropped():
    assert body(a_new_field=1)["a_new_field"] == 1
    assert said(DROP, a_new_field=1, truncation="auto").changes == ("a_new_field: dropped",)


def test_what_makes_an_answer_faster_is_no_reason_to_refuse():
    assert said(prediction={"type": "content", "content": "x"}).changes == ("prediction: dropped",)


HEARD = st.fixed_dictionaries(
    {"model": st.just("gpt-4.1"), "input": st.just("hi") | responses().map(lambda each: [ASKED, *each["output"], ASKED])},
    optional={
        "instructions": st.just("Be brief."),
        "max_output_tokens": st.just(16),
        "temperature": st.just(0),
        "seed": st.just(1),
        "truncation": st.sampled_from(["auto", "disabled"]),
        "max_tool_calls": st.just(3),
        "metadata": st.just({"a": "b"}),
        "include": st.just(["web_search_call.action.sources"]),
        "text": st.just({"format": {"type": "json_schema", "name": "a", "schema": SCHEMA}, "verbosity": "low"}),
        "reasoning": st.just({"summary": "auto"}),
        "tools": st.just(
            [
                {"type": "function", "name": "f", "parameters": SCHEMA, "defer_loading": True},
                {"type": "custom", "name": "x", "format": {"type": "grammar", "syntax": "lark", "definition": "d"}},
                {"type": "web_search", "filters": {"allowed_domains": ["a.example"]}},
            ]
        ),
        "stream": st.sampled_from([True]),
    },
)  # fmt: skip


@given(HEARD)
def test_a_request_that_was_heard_in_this_api_is_said_as_it_came(request_):
    chat, _ = hear(json.loads(json.dumps(request_)))
    spoken = speak(chat, DROP)
    items = request_["input"] if isinstance(request_["input"], list) else [ASKED | {"content": request_["input"]}]

    assert spoken.body == request_ | {"input": items, "store": False}
    assert spoken.changes == ()
