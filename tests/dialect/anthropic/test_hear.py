"""A Messages request as a chat request: each field, what is wrong, and that nothing is lost on the way to Anthropic."""

import contextlib
import copy

import hypothesis.strategies as st
import pytest
from hypothesis import given

from dragoman.dialect import ANTHROPIC
from dragoman.dialect.anthropic.hear import check, hear
from dragoman.dialect.anthropic.speak import speak
from dragoman.dialect.private import public
from dragoman.dialect.spoken import Manner
from dragoman.errors import InvalidRequestError
from dragoman.wire.check import check_request
from spoken import blocks, broken, meant

HELLO = [{"role": "user", "content": "Hi"}]
REQUEST = {"model": "claude-opus-4-6", "max_tokens": 100, "messages": HELLO}
MARKED = {"cache_control": {"type": "ephemeral"}}
HELD = {"type": "object", "properties": {}, "additionalProperties": False}


def heard(**fields):
    chat, changes = hear(REQUEST | fields)
    check_request(chat)
    return chat, changes


def test_a_plain_request():
    chat, changes = heard(system="Be kind.", temperature=0.5, top_p=None, stream=True)

    assert chat == {
        "model": "claude-opus-4-6",
        "max_tokens": 100,
        "temperature": 0.5,
        "stream": True,
        "messages": [{"role": "system", "content": "Be kind."}, *HELLO],
        ANTHROPIC: {},
    }
    assert changes == ()


@pytest.mark.parametrize(
    ("fields", "ours", "private"),
    [
        ({"stop_sequences": ["a"]}, {"stop": ["a"]}, {}),
        ({"metadata": {"user_id": "u"}}, {"user": "u"}, {}),
        ({"metadata": {"user_id": "u", "x": 1}}, {"user": "u"}, {"metadata": {"user_id": "u", "x": 1}}),
        ({"service_tier": "standard_only"}, {"service_tier": "default"}, {}),
        ({"service_tier": "new"}, {}, {"service_tier": "new"}),
        ({"thinking": {"type": "adaptive"}}, {}, {"thinking": {"type": "adaptive"}}),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 2000}},
            {"reasoning_effort": "low"},
            {"thinking": {"type": "enabled", "budget_tokens": 2000}},
        ),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 30_000}},
            {"reasoning_effort": "high"},
            {"thinking": {"type": "enabled", "budget_tokens": 30_000}},
        ),
        (
            {"output_config": {"effort": "max"}},
            {"reasoning_effort": "max"},
            {"output_config": {"effort": "max"}, "thinking": None},
        ),
        ({"container": "c1", **MARKED}, {}, {"container": "c1", **MARKED}),
    ],
)
def test_a_field_has_its_place_and_the_rest_is_kept_for_anthropic(fields, ours, private):
    chat, changes = heard(**fields)

    assert {n: v for n, v in chat.items() if n not in {*REQUEST, ANTHROPIC}} == ours
    assert chat[ANTHROPIC] == private
    assert changes == ()


def test_a_format_is_a_schema_that_holds():
    chat, _ = heard(output_config={"format": {"type": "json_schema", "schema": HELD}})

    assert chat["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": HELD, "strict": True},
    }


def test_what_a_block_or_a_tool_says_beside_its_kind_is_not_what_it_is_in_chat():
    image = {
        "type": "image",
        "source": {"type": "url", "url": "https://a.test"},
        "image_url": {"url": "https://b.test"},
    }
    offered = {"name": "f", "input_schema": HELD, "function": 1}
    chat, _ = heard(messages=[{"role": "user", "content": [image]}], tools=[offered])

    assert chat["messages"][0]["content"] == [{"type": "image_url", "image_url": {"url": "https://a.test"}}]
    assert chat["tools"] == [{"type": "function", "function": {"name": "f", "parameters": HELD}}]


def test_more_stop_sequences_than_chat_takes():
    chat, changes = heard(stop_sequences=list("abcde"))

    assert chat["stop"] == list("abcd")
    assert changes == ("stop_sequences: the first 4",)
    assert speak(chat).body["stop_sequences"] == list("abcde")


def test_no_other_vendor_sees_what_is_for_anthropic():
    chat, _ = heard(
        messages=[{"role": "user", "content": [{"type": "text", "text": "x", **MARKED}]}],
        tools=[{"name": "f", "input_schema": HELD, **MARKED}],
        thinking={"type": "adaptive"},
    )

    assert public(chat) == {
        "model": "claude-opus-4-6",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": HELD}}],
    }


TEXT = {"type": "text", "text": "x"}


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"model": None}, "model"),
        ({"model": 1}, "model"),
        ({"max_tokens": None}, "max_tokens"),
        ({"max_tokens": "many"}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": -1_000_000}, "max_tokens"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": ["Hi"]}, "messages[0]"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [*HELLO, {"role": "user", "content": ["x"]}]}, "messages[1].content[0]"),
        ({"messages": [{"role": "user", "content": [{"text": "x"}]}]}, "messages[0].content[0]"),
        ({"messages": [{"role": "user", "content": [TEXT, {"type": "text"}]}]}, "messages[0].content[1].text"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image", "source": "x"}]}]},
            "messages[0].content[0].source",
        ),
        (
            {
                "messages": [
                    {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "f", "input": "{}"}]}
                ]
            },
            "messages[0].content[0].input",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": [1]}]}]},
            "messages[0].content[0].content[0]",
        ),
        ({"system": {"type": "text"}}, "system"),
        ({"system": [{"type": "text", "text": 1}]}, "system[0].text"),
        ({"tools": {}}, "tools"),
        ({"tools": ["f"]}, "tools[0]"),
        ({"tools": [{"input_schema": {}}]}, "tools[0].name"),
        ({"tools": [{"name": "f"}]}, "tools[0].input_schema"),
        ({"tools": [{"type": "custom", "name": "f"}]}, "tools[0].input_schema"),
        ({"tools": [{"name": "f", "input_schema": {}, "strict": "yes"}]}, "tools[0].strict"),
        ({"tools": [{"type": "function", "name": "f", "function": 1}]}, "tools[0].type"),
        *(
            ({"messages": [{"role": "user", "content": [{"type": kind}]}]}, "messages[0].content[0].type")
            for kind in ("file", "image_url", "input_audio", "refusal")
        ),
        ({"tool_choice": "auto"}, "tool_choice"),
        ({"temperature": "hot"}, "temperature"),
        ({"top_k": 0.5}, "top_k"),
        ({"stream": 1}, "stream"),
        ({"thinking": True}, "thinking"),
    ],
)
def test_what_is_wrong_is_named(wrong, param):
    with pytest.raises(InvalidRequestError) as caught:
        hear(REQUEST | wrong)

    assert caught.value.param == param
    assert str(caught.value).startswith(param)


def test_counting_needs_no_bound():
    check({"model": "m", "messages": HELLO}, counting=True)
    with pytest.raises(InvalidRequestError):
        check({"model": "m", "messages": HELLO, "max_tokens": "x"}, counting=True)


def test_a_callers_own_request_is_left_alone():
    request = REQUEST | {"output_config": {"effort": "low"}, "tools": [{"name": "f", "input_schema": HELD, **MARKED}]}
    before = copy.deepcopy(request)

    chat, _ = hear(request)
    speak(chat)

    assert request == before


WORDS = st.text("abcé ☃", min_size=1).filter(str.strip)
USERS = st.lists(
    st.one_of(
        st.fixed_dictionaries({"type": st.just("text"), "text": WORDS, **{n: st.just(v) for n, v in MARKED.items()}}),
        st.sampled_from(
            [
                {"type": "image", "source": {"type": "file", "file_id": "f"}},
                {"type": "image", "source": {"type": "base64", "media_type": "image/webp", "data": "aaaa"}, **MARKED},
                {
                    "type": "document",
                    "source": {"type": "url", "url": "https://a.test/a.pdf"},
                    "citations": {"enabled": True},
                },
                {
                    "type": "document",
                    "source": {"type": "text", "media_type": "text/plain", "data": "é"},
                    "title": "t",
                    "context": "c",
                },
                {"type": "search_result", "source": "s", "title": "t", "content": []},
                {"type": "a_new_block", "x": None},
            ]
        ),
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def requests(draw):
    """Messages requests as their own clients write them, the newest features among them."""
    turns = []
    for _ in range(draw(st.integers(0, 2))):
        spoken = draw(blocks())
        calls = [block["id"] for block in spoken if block["type"] == "tool_use"]
        results = [
            {
                "type": "tool_result",
                "tool_use_id": call,
                "content": draw(WORDS),
                "is_error": draw(st.booleans()),
                **MARKED,
            }
            for call in calls
        ]
        turns += [{"role": "user", "content": draw(USERS)}]
        if spoken:
            turns += [{"role": "assistant", "content": [*spoken, {"type": "text", "text": "x", **MARKED}]}]
            turns += [{"role": "user", "content": [*results, *draw(USERS)]}, {"role": "assistant", "content": "And?"}]
        else:
            turns += [{"role": "assistant", "content": "And?"}]
    fields = draw(st.fixed_dictionaries({}, optional={
        "system": st.just([{"type": "text", "text": "a"}, {"type": "text", "text": "b", **MARKED}]),
        "thinking": st.sampled_from([{"type": "adaptive"}, {"type": "enabled", "budget_tokens": 1024}, {"type": "disabled"}]),
        "output_config": st.sampled_from([{"effort": "xhigh"}, {"format": {"type": "json_schema", "schema": HELD}}, {"effort": "low", "new": 1}]),
        "tools": st.just([
            {"name": "f", "input_schema": HELD, "input_examples": [{}], **MARKED},
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 3},
        ]),
        "stop_sequences": st.lists(WORDS, min_size=1, max_size=6),
        "metadata": st.sampled_from([{"user_id": "u"}, {"user_id": "u", "x": 1}]),
        "service_tier": st.sampled_from(["auto", "standard_only", "new"]),
        "mcp_servers": st.just([{"type": "url", "url": "https://a.test", "name": "a"}]),
        "stream": st.sampled_from([True]),
        "a_new_field": st.just({"x": None}),
    }))  # fmt: skip
    return REQUEST | {"messages": [*turns, {"role": "user", "content": draw(USERS)}]} | fields


def canonical(request):
    """A request without what it means anyway."""
    said = copy.deepcopy(request)
    for turn in said["messages"]:
        content = turn["content"]
        if isinstance(content, list):
            turn["content"] = meant(content)
    return said


@pytest.mark.parametrize("parameters", ["refuse", "drop"])
@given(request_=requests())
def test_what_is_heard_is_spoken_again_to_anthropic(request_, parameters):
    chat, changes = hear(request_)

    assert canonical(speak(chat, Manner(parameters=parameters)).body) == canonical(request_)
    assert set(changes) <= {"stop_sequences: the first 4"}


@given(request_=broken(requests()))
def test_whatever_is_wrong_is_refused_or_heard_and_never_a_crash(request_):
    with contextlib.suppress(InvalidRequestError):
        chat, _ = hear(request_)
        public(chat)
        speak(chat, Manner(parameters="drop"))
