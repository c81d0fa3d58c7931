"""A Messages stream as chunks: incremental, whole, and the same however it was cut."""

import contextlib
import json

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from dragoman.answer.fold import fold
from dragoman.dialect.anthropic.answer import completion
from dragoman.dialect.anthropic.reader import DONE, Reader
from dragoman.wire.chunk import read_chunk
from spoken import MESSAGE, MESSAGES, OVERLOADED, TEXT, broken, cut, events_of


def fed(reader, *events):
    """The chunks that events are, decoded; `[DONE]` as it is."""
    made = [data for event in events for data in reader.feed(json.dumps(event).encode())]
    return [data if data == DONE else json.loads(data) for data in made]


def deltas(chunks):
    return [choice["delta"] for chunk in chunks if chunk != DONE for choice in chunk["choices"]]


def folded(message, size, answer=""):
    """What the stream of a message adds up to."""
    reader = Reader(7, answer)
    chunks = [data for event in events_of(message, size) for data in reader.feed(json.dumps(event).encode())]
    return fold([read_chunk(data) for data in chunks if data != DONE]).to_dict()


def test_each_piece_is_a_chunk_as_it_comes():
    reader = Reader(7)
    chunks = fed(reader, *events_of(TEXT, 2))

    assert deltas(chunks) == [{"role": "assistant"}, {"content": "Mo"}, {"content": "ne"}, {"content": "t"}, {}]
    assert chunks[0] == {
        "id": "msg_1", "object": "chat.completion.chunk", "created": 7, "model": "claude-opus-4-5",
        "choices": [{"index": 0, "delta": {"role": "assistant"}, "finish_reason": None}],
    }  # fmt: skip
    assert chunks[-3]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-2]["choices"] == []
    assert chunks[-2]["usage"]["total_tokens"] == 17
    assert chunks[-1] == DONE


def test_a_call_begins_with_its_name_and_goes_on_in_pieces():
    call = MESSAGE["content"][2]
    chunks = fed(Reader(7), *events_of(MESSAGE | {"content": [call]}, 8))

    assert deltas(chunks)[1:-1] == [
        {
            "tool_calls": [
                {"index": 0, "id": "toolu_1", "type": "function", "function": {"name": "look_up", "arguments": ""}}
            ]
        },
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"who":"'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": 'Monet"}'}}]},
    ]


def test_a_call_without_arguments_has_an_empty_object():
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}

    assert deltas(fed(Reader(7), *events_of(MESSAGE | {"content": [call]})))[2] == {
        "tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]
    }


def test_a_block_that_was_given_whole_at_its_start():
    start = {"type": "content_block_start", "index": 0}
    stop = {"type": "content_block_stop", "index": 0}
    text = fed(Reader(7), start | {"content_block": {"type": "text", "text": "Monet"}}, stop)
    call = fed(Reader(7), start | {"content_block": MESSAGE["content"][2]}, stop)

    assert deltas(text) == [{"content": "Monet"}]
    assert deltas(call)[-1]["tool_calls"][0]["function"] == {"arguments": '{"who":"Monet"}'}


@given(message=MESSAGES, size=st.integers(1, 40))
def test_a_stream_adds_up_to_the_message(message, size):
    assert folded(message, size) == completion(message, 7)


@given(answer=st.dictionaries(st.text("ab"), st.integers()), size=st.integers(1, 9))
def test_so_it_does_where_a_tool_stands_for_the_answer(answer, size):
    call = {"type": "tool_use", "id": "toolu_1", "name": "painter", "input": answer}
    message = MESSAGE | {"content": [call]}

    assert folded(message, size, "painter") == completion(message, 7, "painter")
    assert folded(message, size, "painter")["choices"][0]["finish_reason"] == "stop"


def test_totals_that_come_at_the_end_replace_those_of_the_start():
    *before, last, stop = events_of(TEXT)
    last["usage"] = {"output_tokens": 9, "input_tokens": 30, "cache_read_input_tokens": None}
    counted = fed(Reader(7), *before, last, stop)[-2]["usage"]

    assert (counted["prompt_tokens"], counted["completion_tokens"]) == (30 + 2 + 7, 9)
    assert counted["prompt_tokens_details"]["cached_tokens"] == 7


def test_a_refusal_and_its_details():
    details = {"type": "refusal", "explanation": "I won't."}
    chunks = fed(Reader(7), *events_of(TEXT | {"stop_reason": "refusal", "stop_details": details}))

    assert {"refusal": "I won't."} in deltas(chunks)
    assert chunks[-3]["choices"][0]["stop_details"] == details


def test_pings_and_events_nobody_knows_are_nothing():
    assert fed(Reader(7), {"type": "ping"}, {"type": "a_new_event", "x": 1}) == []


def test_an_error_is_left_to_be_judged():
    assert fed(Reader(7), OVERLOADED) == [OVERLOADED]


def test_a_delta_nobody_knows_is_kept_with_its_block():
    reader = Reader(7)
    chunks = fed(
        reader,
        {"type": "content_block_start", "index": 0, "content_block": {"type": "compaction"}},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "compaction_delta", "content": piece}}
            for piece in cut("shorter", 4)
        ),
    )
    message = fold([read_chunk(json.dumps(chunk).encode()) for chunk in chunks]).to_dict()["choices"][0]["message"]

    assert message["anthropic_content"] == [{"index": 0, "type": "compaction", "content": "shorter"}]


def test_fields_of_the_message_travel_with_the_role():
    first, *_ = events_of(TEXT | {"container": {"id": "c1"}})

    assert fed(Reader(7), first)[0]["container"] == {"id": "c1"}


@pytest.mark.parametrize(
    "event",
    [
        b"",
        b"[]",
        b"<html>",
        b'{"type":"message_start"}',
        b'{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}',
        b'{"type":"content_block_start","index":0,"content_block":null}',
        b'{"type":"content_block_stop","index":4}',
        b'{"type":"message_delta","delta":"x"}',
    ],
)
def test_what_is_no_event_is_said(event):
    with pytest.raises(msgspec.DecodeError):
        Reader(7).feed(event)


def test_usage_that_is_none_leaves_the_stream_readable():
    reader = Reader(7)
    begun = {"type": "message_start", "message": {"id": "msg_1", "model": "claude", "usage": "none"}}

    assert [json.loads(chunk)["id"] for chunk in reader.feed(json.dumps(begun).encode())] == ["msg_1"]


def test_an_input_that_opens_brackets_without_end_is_said():
    reader = Reader(7)
    use = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}}
    piece = {"type": "input_json_delta", "partial_json": '{"a":' * 5000}
    for event in (
        {"type": "content_block_start", "index": 0, "content_block": use},
        {"type": "content_block_delta", "index": 0, "delta": piece},
    ):
        reader.feed(json.dumps(event).encode())
    with pytest.raises(msgspec.DecodeError):
        reader.feed(b'{"type":"content_block_stop","index":0}')


@given(st.data())
def test_whatever_a_server_sends_is_read_or_said_to_be_unreadable(data):
    events = list(events_of(data.draw(MESSAGES)))
    at = data.draw(st.integers(0, len(events) - 1))
    events[at] = data.draw(broken(st.just(events[at])))

    reader = Reader(7, "f")
    with contextlib.suppress(msgspec.DecodeError):
        chunks = [made for event in events for made in reader.feed(json.dumps(event).encode())]
        fold([read_chunk(each) for each in chunks if each != DONE])
