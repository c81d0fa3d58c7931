"""What streams say, as events: pieces, what there is so far, calls of tools as vendors really stream them."""

import json

import pytest

from dragoman.answer.fold import fold
from dragoman.stream.events import (
    ArgumentsEvent,
    CallEvent,
    FinishEvent,
    Following,
    ReasoningEvent,
    RefusalEvent,
    TextEvent,
    UsageEvent,
)
from dragoman.wire.chunk import read_chunk
from dragoman.wire.completion import Usage


def delta(*, index=0, finish=None, **more):
    body = {"choices": [{"index": index, "delta": more, "finish_reason": finish}]}
    return read_chunk(json.dumps(body).encode())


def call(arguments=None, name=None, **more):
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    return delta(tool_calls=[{**more, "function": function}])


def followed(chunks, usage=None):
    following = Following()
    return [event for chunk in chunks for event in following.take(chunk)] + following.end(usage)


def test_each_kind_of_text_is_an_event_of_its_own_and_grows():
    events = followed([
        delta(role="assistant", content=""),
        delta(reasoning_content="Hm"),
        delta(reasoning="m."),
        delta(content="Mo"),
        delta(content="net"),
        delta(refusal="No."),
        delta(finish="stop"),
    ])  # fmt: skip

    assert events == [
        ReasoningEvent("Hm"),
        ReasoningEvent("m."),
        TextEvent("Mo"),
        TextEvent("net"),
        RefusalEvent("No."),
        FinishEvent("stop"),
    ]
    assert [event.so_far for event in events[:-1]] == ["Hm", "Hmm.", "Mo", "Monet", "No."]
    assert [event.type for event in events[1:]] == ["reasoning", "text", "text", "refusal", "finish"]


def test_an_empty_finish_reason_ends_no_call():
    events = followed([
        call('{"city":', "weather", index=0, id="c1"),
        delta(finish=""),
        call('"Paris"}', index=0),
        delta(finish="tool_calls"),
    ])  # fmt: skip

    assert [event.type for event in events] == ["arguments", "arguments", "call", "finish"]
    assert events[2].call.function.arguments == '{"city":"Paris"}'


def test_arguments_that_are_nested_too_deep_end_nothing_but_themselves():
    deep = '{"a":' * 100_000 + "1" + "}" * 100_000
    events = followed([call(deep, "weather", index=0, id="c1"), call("{}", "weather", index=1, id="c2")])

    assert events[0].partial is None
    assert [event.call.function.arguments for event in events if event.type == "call"] == [deep, "{}"]


def test_a_reason_that_is_said_as_nothing_is_none_yet():
    """As LocalAI says it with each chunk."""
    assert followed([delta(content="Mo", finish=""), delta(content="net", finish=""), delta(finish="stop")]) == [
        TextEvent("Mo"),
        TextEvent("net"),
        FinishEvent("stop"),
    ]


def test_reasoning_said_under_both_names_is_said_once():
    assert followed([delta(reasoning="x", reasoning_content="x")]) == [ReasoningEvent("x")]


def test_text_in_parts_is_text():
    part = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}

    assert followed([delta(content=[part]), delta(content=[{"type": "text", "text": "Mo"}])]) == [
        ReasoningEvent("Hm"),
        TextEvent("Mo"),
    ]


def test_choices_are_told_apart():
    events = followed([
        delta(index=1, content="b"), delta(content="a"), delta(index=1, content="c"), delta(index=1, finish="stop"),
    ])  # fmt: skip

    assert events == [TextEvent("b", 1), TextEvent("a"), TextEvent("c", 1), FinishEvent("stop", 1)]
    assert events[2].so_far == "bc"


def test_arguments_grow_and_are_whole():
    events = followed([
        call("", "find", index=0, id="c1"),
        call('{"who": "Mo', index=0),
        call('net", "n": 1', index=0),
        call("8}", index=0),
        delta(finish="tool_calls"),
    ])  # fmt: skip

    assert [(event.text, event.partial) for event in events[:4]] == [
        ("", None),
        ('{"who": "Mo', {"who": "Mo"}),
        ('net", "n": 1', {"who": "Monet"}),
        ("8}", {"who": "Monet", "n": 18}),
    ]
    assert {(event.name, event.id, event.call) for event in events[:4]} == {("find", "c1", 0)}
    whole, finish = events[4:]
    assert (whole.call.id, whole.call.function.name, whole.call.function.arguments) == (
        "c1", "find", '{"who": "Monet", "n": 18}',
    )  # fmt: skip
    assert finish == FinishEvent("tool_calls")


VENDORS = {
    "OpenAI": [call("", "f", index=0, id="a"), call("{}", index=0), call("", "g", index=1, id="b"), call("{}", index=1)],
    "no index": [call("{}", "f", id="a"), call("{}", "g", id="b")],
    "all of index 0": [call("{}", "f", index=0, id="a"), call("{}", "g", index=0, id="b")],
    "id and name in every delta": [
        call("{", "f", index=0, id="a"), call("}", "f", index=0, id="a"), call("{}", "g", index=1, id="b"),
    ],
    "arguments as an object": [call({}, "f", index=0, id="a"), call({}, "g", index=1, id="b")],
    "by turns": [
        call("{", "f", index=0, id="a"), call("{", "g", index=1, id="b"), call("}", index=0), call("}", index=1),
    ],
}  # fmt: skip


@pytest.mark.parametrize("chunks", VENDORS.values(), ids=VENDORS.keys())
@pytest.mark.parametrize("finished", [True, False])
def test_calls_are_those_of_the_folded_answer(chunks, finished):
    chunks = [*chunks, delta(finish="tool_calls")] if finished else chunks
    events = followed(chunks)
    calls = [event for event in events if isinstance(event, CallEvent)]
    pieces = [event for event in events if isinstance(event, ArgumentsEvent)]

    assert tuple(event.call for event in calls) == fold(chunks).tool_calls
    assert [event.place for event in calls] == [0, 1]
    for place in (0, 1):
        assert "".join(event.text for event in pieces if event.call == place) == "{}"
        assert [event.so_far for event in pieces if event.call == place][-1] == "{}"


def test_a_call_is_told_as_soon_as_the_next_begins():
    events = followed([call("{}", "f", index=0, id="a"), call("", "g", index=1, id="b")])

    assert [event.type for event in events] == ["arguments", "call", "arguments", "call"]


def test_a_custom_tools_input_is_text():
    custom = {"index": 0, "id": "a", "type": "custom", "custom": {"name": "sql", "input": "SELECT"}}
    events = followed([delta(tool_calls=[custom]), delta(finish="tool_calls")])

    assert (events[0].name, events[0].so_far) == ("sql", "SELECT")
    assert events[1].call.custom.input == "SELECT"


def test_the_usage_comes_last_where_it_is_known():
    assert followed([delta(content="x")], Usage(1, 2, 3)) == [TextEvent("x"), UsageEvent(Usage(1, 2, 3))]


def test_an_event_made_by_hand_has_nothing_so_far():
    assert TextEvent("x").so_far == ""
    assert ArgumentsEvent("x").partial is None
    assert repr(TextEvent("x")) == "TextEvent(text='x', index=0, type='text')"
