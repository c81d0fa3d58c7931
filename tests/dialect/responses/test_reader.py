"""A Responses stream as chunks: incremental, whole, and the same however it was cut."""

import contextlib
import json

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import assume, given

from dragoman.answer.fold import fold
from dragoman.dialect.responses.answer import completion
from dragoman.dialect.responses.items import items_of
from dragoman.dialect.responses.reader import DONE, Reader
from dragoman.wire.chunk import read_chunk
from responded import CALLED, CITED, FAILED, RESPONSE, SAID, SEARCH, TEXT, THOUGHT, events_of, responses
from spoken import broken


def fed(reader, *events):
    """The chunks that events are, decoded; `[DONE]` as it is."""
    made = [data for event in events for data in reader.feed(json.dumps(event).encode())]
    return [data if data == DONE else json.loads(data) for data in made]


def deltas(chunks):
    return [choice["delta"] for chunk in chunks if chunk != DONE for choice in chunk["choices"]]


def folded(events):
    """What a stream adds up to."""
    reader = Reader(7)
    chunks = [data for event in events for data in reader.feed(json.dumps(event).encode())]
    assert chunks[-1] == DONE
    return fold([read_chunk(data) for data in chunks if data != DONE]).to_dict()


def test_each_piece_is_a_chunk_as_it_comes_and_the_end_of_an_item_is_the_rest_of_it():
    chunks = fed(Reader(7), *events_of(TEXT, 2))

    assert deltas(chunks) == [
        {"role": "assistant"},
        {"responses": [{"index": 0, "type": "message", "id": "msg_1", "role": "assistant", "open": True}], "content": "Mo"},
        {"content": "ne"},
        {"content": "t"},
        {"responses": [
            {"index": 0, "type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [
                {"type": "output_text", "annotations": [], "logprobs": [], "characters": 5}]}]},
        {},
    ]  # fmt: skip
    assert chunks[0] == {
        "id": "resp_1", "object": "chat.completion.chunk", "created": 5, "model": "gpt-5",
        "choices": [{"index": 0, "delta": {"role": "assistant"}, "finish_reason": None}],
    }  # fmt: skip
    assert chunks[-3]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-3]["service_tier"] == "default"
    assert (chunks[-2]["choices"], chunks[-2]["usage"]["total_tokens"]) == ([], 17)
    assert chunks[-1] == DONE


def test_a_call_begins_with_its_name_and_goes_on_in_pieces():
    said = deltas(fed(Reader(7), *events_of(RESPONSE | {"output": [SEARCH, CALLED]}, 8)))

    assert [delta["tool_calls"] for delta in said if "tool_calls" in delta] == [
        [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": ""}}],
        [{"index": 0, "function": {"arguments": '{"who":"'}}],
        [{"index": 0, "function": {"arguments": 'Monet"}'}}],
    ]


@given(response=responses(), size=st.integers(1, 40))
def test_a_stream_adds_up_to_the_response(response, size):
    assert folded(events_of(response, size)) == completion(response, 7)


@given(response=responses(), size=st.integers(1, 9))
def test_what_was_said_goes_back_as_the_items_that_came(response, size):
    message = folded(events_of(response, size))["choices"][0]["message"]

    assert items_of(message) == response["output"]


@given(response=responses(), left=st.sets(st.sampled_from(["delta", "added", "item.done"])))
def test_what_a_server_leaves_out_is_made_up_for_by_what_it_says_later(response, left):
    out = {"added", "delta"} if "added" in left else left
    thoughts = [part["text"] for item in response["output"] for part in item.get("summary", ())]
    assume(all(thoughts) or "item.done" not in out)
    events = [event for event in events_of(response) if not any(event["type"].endswith(name) for name in out)]

    assert folded(events) == completion(response, 7)


def test_a_remark_that_comes_late_is_on_the_text_it_was_made_on():
    cited = [SAID["content"][0] | {"annotations": [CITED]}]
    said = [SAID | {"id": name, "content": cited} for name in ("msg_1", "msg_2")]
    events = [event for event in events_of(RESPONSE | {"output": said}) if event["type"] != "response.output_item.done"]
    remarks = folded(events)["choices"][0]["message"]["annotations"]

    assert [remark["url_citation"]["start_index"] for remark in remarks] == [0, 5]


def test_of_a_summary_and_the_thoughts_themselves_the_first_is_told_and_both_go_back():
    both = THOUGHT | {"content": [{"type": "reasoning_text", "text": "Hm."}]}
    message = folded(events_of(RESPONSE | {"output": [both, SAID]}))["choices"][0]["message"]

    assert message["reasoning_content"] == "A painter…"
    assert items_of(message) == [both, SAID]


def test_a_thoughts_place_is_only_a_number():
    thought = {"type": "response.reasoning_summary_text.delta", "output_index": 0, "delta": "Hm."}
    begun = {"type": "response.output_item.added", "output_index": 0, "item": {"type": "reasoning", "summary": []}}
    _, said = deltas(fed(Reader(7), begun, thought | {"summary_index": 0}, thought | {"summary_index": 10**30}))

    assert said["reasoning_content"].strip() == "Hm."
    assert len(said["reasoning_content"]) < 200


def test_an_incomplete_response_says_why():
    for reason, finish in (("max_output_tokens", "length"), ("content_filter", "content_filter"), ("new", "new")):
        cut = TEXT | {"status": "incomplete", "incomplete_details": {"reason": reason}}
        assert folded(events_of(cut))["choices"][0]["finish_reason"] == finish


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.failed", "response": FAILED},
        {"type": "error", "code": "rate_limit_exceeded", "message": "slow down", "param": None},
        {"type": "error", "error": {"code": "rate_limit_exceeded", "message": "slow down"}},
    ],
)
def test_an_error_is_left_to_be_judged(event):
    (left,) = fed(Reader(7), event)

    assert left["error"].items() >= {"code": "rate_limit_exceeded", "message": "slow down"}.items()
    assert "choices" not in left


def test_events_nobody_knows_are_nothing():
    assert fed(Reader(7), {"type": "keepalive"}, {"type": "response.a_new_event.delta", "delta": "x"}) == []


@pytest.mark.parametrize(
    "event",
    [
        b"",
        b"[]",
        b"<html>",
        b'{"type":"response.created"}',
        b'{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call"}}',
        b'{"type":"response.output_text.delta","output_index":0,"delta":"x"}',
    ],
)
def test_an_event_that_makes_no_sense_is_told(event):
    with pytest.raises(msgspec.DecodeError):
        Reader(7).feed(event)


@given(data=st.data(), response=responses())
def test_nothing_else_is_raised(data, response):
    events = list(events_of(response))
    place = data.draw(st.integers(0, len(events) - 1))
    events[place] = data.draw(broken(st.just(events[place])))
    reader = Reader(7)
    for event in events:
        with contextlib.suppress(msgspec.DecodeError):
            for chunk in reader.feed(json.dumps(event).encode()):
                assert chunk == DONE or isinstance(json.loads(chunk), dict)
