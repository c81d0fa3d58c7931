import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai import omit
from openai._models import construct_type
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import ResponseStreamEvent

from dragoman.answer.fold import fold
from dragoman.dialect.responses.hear import hear
from dragoman.dialect.responses.reader import DONE, Reader
from dragoman.dialect.responses.reply import reply
from dragoman.dialect.responses.sealed import unsealed
from dragoman.dialect.responses.telling import Telling
from dragoman.wire.chunk import read_chunk
from dragoman.wire.fault import Fault
from responded import events_of, responses
from spoken import broken

FUNCTION = {"type": "function", "name": "f", "parameters": {"type": "object"}}
CUSTOM = {"type": "custom", "name": "x"}
ASKED = hear({"model": "m", "input": "hi", "tools": [FUNCTION, CUSTOM], "instructions": "i"})[0]
SUMMARISED = hear({"model": "m", "input": "hi", "reasoning": {"summary": "auto"}})[0]


def step(delta=None, finish=None, **fields):
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    said = {"id": "chatcmpl-1", "created": 5, "model": "real", "choices": [choice | fields]}
    return read_chunk(json.dumps(said).encode())


def call(index, **fields):
    return {"tool_calls": [{"index": index} | fields]}


USAGE = read_chunk(
    b'{"id":"chatcmpl-1","choices":[],"vendor":"v","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5,'
    b'"prompt_tokens_details":{"cached_tokens":1},"completion_tokens_details":{"reasoning_tokens":1},"cost":0.5}}'
)


def told(chunks, asked=ASKED):
    telling = Telling(asked)
    events = [event for chunk in chunks for event in telling.feed(chunk)] + telling.end()
    said = [json.loads(data) for _, data in events]
    assert [kind for kind, _ in events] == [event["type"] for event in said]
    assert [event["sequence_number"] for event in said] == list(range(len(said)))
    return said


def kinds(events):
    return [event["type"].removeprefix("response.") for event in events]


def test_a_text_is_one_message_from_its_beginning_to_its_end():
    events = told(
        [step({"role": "assistant", "content": ""}), step({"content": "Mo"}), step({"content": "net"}, "stop")]
    )

    assert kinds(events) == [
        "created", "in_progress", "output_item.added", "content_part.added", "output_text.delta", "output_text.delta",
        "output_text.done", "content_part.done", "output_item.done", "completed",
    ]  # fmt: skip
    part = {"type": "output_text", "text": "Monet", "annotations": [], "logprobs": []}
    message = {"id": "msg_1_0", "type": "message", "status": "completed", "role": "assistant", "content": [part]}
    assert events[2]["item"] == message | {"status": "in_progress", "content": []}
    assert [event["delta"] for event in events[4:6]] == ["Mo", "net"]
    assert events[6]["text"] == "Monet"
    assert events[7]["part"] == part
    assert events[8]["item"] == message
    response = events[-1]["response"]
    assert (response["id"], response["status"], response["model"]) == ("resp_1", "completed", "real")
    assert response["output"] == [message]
    assert response["usage"] is None


def test_thoughts_come_before_the_text_as_an_item_of_their_own():
    chunks = [step({"reasoning_content": "so"}), step({"reasoning": "?"}), step({"content": "x"}, "stop")]
    events = told(chunks)

    assert kinds(events)[2:9] == [
        "output_item.added", "content_part.added", "reasoning_text.delta", "reasoning_text.delta",
        "reasoning_text.done", "content_part.done", "output_item.done",
    ]  # fmt: skip
    assert events[-1]["response"]["output"][0] == {
        "id": "rs_1_0", "type": "reasoning", "summary": [],
        "content": [{"type": "reasoning_text", "text": "so?"}],
    }  # fmt: skip


def test_thoughts_are_a_summary_where_one_was_asked_for():
    events = told([step({"reasoning_content": "so?"}), step({"content": "x"}, "stop")], SUMMARISED)

    assert kinds(events)[2:8] == [
        "output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta",
        "reasoning_summary_text.done", "reasoning_summary_part.done", "output_item.done",
    ]  # fmt: skip
    assert events[4]["summary_index"] == 0
    assert events[-1]["response"]["output"][0]["summary"] == [{"type": "summary_text", "text": "so?"}]
    assert events[-1]["response"]["reasoning"] == {"effort": None, "summary": "auto"}


def test_calls_one_after_the_other_are_ended_one_after_the_other():
    events = told(
        [
            step({"content": "x"}),
            step(call(0, id="a", function={"name": "f", "arguments": '{"x"'})),
            step(call(0, function={"arguments": ":1}"})),
            step(call(1, id="b", type="custom", custom={"name": "x", "input": "*** "})),
            step(call(1, custom={"input": "Begin"}), "tool_calls"),
        ]
    )

    assert kinds(events)[7:] == [
        "output_item.done", "output_item.added", "function_call_arguments.delta", "function_call_arguments.delta",
        "function_call_arguments.done", "output_item.done", "output_item.added", "custom_tool_call_input.delta",
        "custom_tool_call_input.delta", "custom_tool_call_input.done", "output_item.done", "completed",
    ]  # fmt: skip
    _, function, custom = events[-1]["response"]["output"]
    assert function == {
        "id": "fc_1_1", "type": "function_call", "status": "completed", "call_id": "a", "name": "f",
        "arguments": '{"x":1}',
    }  # fmt: skip
    assert custom == {
        "id": "ctc_1_2", "type": "custom_tool_call", "status": "completed", "call_id": "b", "name": "x",
        "input": "*** Begin",
    }  # fmt: skip


def test_calls_whose_pieces_take_turns_stay_open_beside_each_other():
    events = told(
        [
            step(call(0, id="a", function={"name": "f", "arguments": "{"})),
            step(call(1, id="b", function={"name": "g", "arguments": "{"})),
            step(call(0, function={"arguments": "}"})),
            step(call(1, function={"arguments": "}"}), "tool_calls"),
        ]
    )

    deltas = [(event["output_index"], event["delta"]) for event in events if "delta" in event]
    assert deltas == [(0, "{"), (1, "{"), (0, "}"), (1, "}")]
    assert [item["arguments"] for item in events[-1]["response"]["output"]] == ["{}", "{}"]


def test_a_call_waits_for_its_name():
    events = told(
        [
            step(call(0, id="a", function={"arguments": '{"x":'})),
            step(call(0, function={"name": "f", "arguments": "1}"}), "tool_calls"),
        ]
    )

    assert [event["delta"] for event in events if "delta" in event] == ['{"x":1}']
    assert events[2]["item"]["name"] == "f"


def test_a_call_without_an_id_can_be_answered_all_the_same():
    events = told([step(call(0, function={"name": "f", "arguments": "{}"}), "tool_calls")])

    assert events[2]["item"]["call_id"] == "call_1_0"


def test_a_refusal_is_a_part():
    events = told([step({"refusal": "N"}), step({"refusal": "o"}, "stop")])

    assert kinds(events)[3:8] == [
        "content_part.added", "refusal.delta", "refusal.delta", "refusal.done", "content_part.done",
    ]  # fmt: skip
    assert events[-1]["response"]["output"][0]["content"] == [{"type": "refusal", "refusal": "No"}]


@pytest.mark.parametrize(("finish", "reason"), [("length", "max_output_tokens"), ("content_filter", "content_filter")])
def test_an_answer_that_was_cut_is_incomplete_and_so_is_its_last_item(finish, reason):
    events = told([step({"reasoning": "so"}), step({"content": "x"}, finish)])

    assert events[-1]["type"] == "response.incomplete"
    assert events[-1]["response"]["incomplete_details"] == {"reason": reason}
    assert events[-1]["response"]["output"][1]["status"] == "incomplete"
    assert events[-2]["item"]["status"] == "incomplete"


def test_the_end_says_what_it_used_and_whatever_else_the_vendor_said():
    response = told([step({"content": "x"}, "stop", native_finish_reason="eos"), USAGE])[-1]["response"]

    assert response["usage"] == {
        "input_tokens": 3,
        "input_tokens_details": {"cached_tokens": 1, "cache_write_tokens": 0},
        "output_tokens": 2,
        "output_tokens_details": {"reasoning_tokens": 1},
        "total_tokens": 5,
        "cost": 0.5,
    }
    assert (response["vendor"], response["native_finish_reason"]) == ("v", "eos")


def test_remarks_and_likelihoods_come_with_the_text():
    likely = {"token": "x", "logprob": -1.0, "top_logprobs": [{"token": "y", "logprob": -2.0}]}
    remark = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1}}
    events = told(
        [
            step({"content": "x"}, logprobs={"content": [likely]}),
            step({"annotations": [remark]}, "stop"),
        ]
    )

    flat = {"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 1}
    known = likely | {"bytes": [], "top_logprobs": [{"token": "y", "logprob": -2.0, "bytes": []}]}
    added = next(event for event in events if event["type"] == "response.output_text.annotation.added")
    assert (added["annotation"], added["annotation_index"], added["content_index"]) == (flat, 0, 0)
    assert events[4]["logprobs"] == [known]
    part = events[-1]["response"]["output"][0]["content"][0]
    assert (part["annotations"], part["logprobs"]) == ([flat], [known])


def test_signed_thoughts_can_be_given_back():
    block = {"index": 0, "type": "thinking", "signature": "s", "characters": 2}
    events = told(
        [
            step({"reasoning_content": "so", "anthropic_content": [{"index": 0, "type": "thinking"}]}),
            step({"anthropic_content": [{"index": 0, "signature": "s", "characters": 2}]}),
            step({"content": "x"}, "stop"),
        ]
    )

    done = next(event["item"] for event in events if event["type"] == "response.output_item.done")
    assert unsealed(done["encrypted_content"]) == [block]


def test_thoughts_that_nobody_may_read_are_given_back_too():
    block = {"index": 0, "type": "redacted_thinking", "data": "d"}
    events = told([step({"anthropic_content": [block]}), step({"content": "x"}, "stop")])

    assert unsealed(events[-1]["response"]["output"][0]["encrypted_content"]) == [block]


def test_an_answer_of_nothing_is_complete():
    assert kinds(told([])) == ["created", "in_progress", "completed"]
    assert told([step({}, "stop")])[-1]["response"]["output"] == []


FAULT = Fault(message="it broke", type="server_error", code="upstream_truncated")


def test_a_stream_that_breaks_off_says_how_far_it_came_and_ends_nothing():
    telling = Telling(ASKED)
    for chunk in (step({"content": "Mo"}), step(call(0, id="a", function={"name": "f", "arguments": "{"}))):
        telling.feed(chunk)
    failed, error = [json.loads(data) for _, data in telling.failed(FAULT, "req_1")]

    assert failed["type"] == "response.failed"
    assert failed["response"]["status"] == "failed"
    assert failed["response"]["error"] == {"code": "upstream_truncated", "message": "it broke"}
    text, called = failed["response"]["output"]
    assert (text["status"], text["content"][0]["text"]) == ("completed", "Mo")
    assert (called["status"], called["arguments"]) == ("incomplete", "{")
    assert error == {
        "type": "error", "sequence_number": failed["sequence_number"] + 1, "code": "upstream_truncated",
        "message": "it broke", "param": None,
        "error": {"type": "server_error", "code": "upstream_truncated", "message": "it broke", "param": None},
    }  # fmt: skip


def test_what_breaks_off_before_it_began_begins_first():
    events = [json.loads(data) for _, data in Telling(ASKED).failed(FAULT, "req_1")]

    assert kinds(events) == ["created", "in_progress", "failed", "error"]
    assert events[0]["response"]["id"] == "resp_1"


PIECES = st.text("aé ", min_size=1, max_size=3)
ARGUMENTS = ["", "{}", '{"x":1}', '{"x":"a b"}', '{"x":{"y":[]}}']


@st.composite
def streams(draw):
    """An answer of any pieces in any order, the pieces of each call in theirs."""
    calls = draw(st.lists(st.sampled_from(ARGUMENTS) | PIECES.map(lambda text: (text,)), max_size=3))
    waiting = []
    for index, given_ in enumerate(calls):
        kind, field, whole = (
            ("custom", "input", given_[0]) if isinstance(given_, tuple) else ("function", "arguments", given_)
        )
        cuts = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=2)))
        parts = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
        head = call(index, id=f"c{index}", type=kind, **{kind: {"name": f"n{index}", field: parts[0]}})
        waiting.append([head] + [call(index, **{kind: {field: part}}) for part in parts[1:]])
    deltas = []
    for kind in draw(st.lists(st.sampled_from(["content", "reasoning_content", "refusal", "call"]), max_size=10)):
        if kind != "call":
            deltas.append({kind: draw(PIECES)})
        elif any(waiting):
            deltas.append(draw(st.sampled_from([parts for parts in waiting if parts])).pop(0))
    deltas += [part for parts in waiting for part in parts]
    finish = draw(st.sampled_from(["stop", "tool_calls", "length"]))
    return [*map(step, deltas), step({}, finish), USAGE]


def accumulated(events):
    """What openai-python makes of events."""
    state = ResponseStreamState(input_tools=omit, text_format=omit)
    deltas = {}
    for event in events:
        typed = construct_type(type_=ResponseStreamEvent, value=event)
        for fired in state.handle_event(typed):
            if hasattr(fired, "delta"):
                deltas.setdefault((fired.item_id, fired.type), []).append(fired.delta)
    last = construct_type(type_=ResponseStreamEvent, value=events[-1])
    return last.response, deltas


@given(streams())
def test_openai_python_reads_of_the_events_what_the_chunks_add_up_to(chunks):
    events = told(chunks)
    response, deltas = accumulated(events)
    message = fold(chunks).choices[0].message
    texts = [part for item in response.output if item.type == "message" for part in item.content]

    assert response.output_text == (message.content or "")
    assert "".join(part.refusal for part in texts if part.type == "refusal") == (message.refusal or "")
    thoughts = [part.text for item in response.output if item.type == "reasoning" for part in item.content]
    assert "".join(thoughts) == (message.reasoning_content or "")
    calls = [item for item in response.output if item.type in {"function_call", "custom_tool_call"}]
    assert [
        (each.call_id, each.name, getattr(each, "arguments", None) or getattr(each, "input", "")) for each in calls
    ] == [
        (each.id, (each.function or each.custom).name, each.function.arguments if each.function else each.custom.input)
        for each in message.tool_calls or ()
    ]
    for each in calls:
        pieces = [piece for (item, _), pieces in deltas.items() if item == each.id for piece in pieces]
        assert "".join(pieces) == (each.arguments if each.type == "function_call" else each.input)
    assert {item["id"]: item for item in events[-1]["response"]["output"]} == {
        event["item"]["id"]: event["item"] for event in events if event["type"] == "response.output_item.done"
    }


@given(streams())
def test_a_stream_ends_with_what_the_same_answer_in_one_piece_is(chunks):
    whole = reply(fold(chunks).to_dict(), ASKED)
    end = told(chunks)[-1]["response"]

    assert {name: value for name, value in end.items() if name != "output"} == {
        name: value for name, value in whole.items() if name != "output"
    }


@given(response=responses(), size=st.integers(1, 9))
def test_a_stream_that_was_read_from_this_api_is_told_as_the_items_that_came(response, size):
    reader = Reader(7)
    read = [data for event in events_of(response, size) for data in reader.feed(json.dumps(event).encode())]
    events = told([read_chunk(data) for data in read if data != DONE], ASKED | {"reasoning_effort": "low"})
    output = response["output"]

    assert [known(item, came) for item, came in zip(events[-1]["response"]["output"], output, strict=True)] == output
    ended = {event["output_index"]: event["item"] for event in events if event["type"] == "response.output_item.done"}
    assert [known(ended[place], came) for place, came in enumerate(output)] == output
    begun = [event["item"]["id"] for event in events if event["type"] == "response.output_item.added"]
    assert begun == [came["id"] for came in output]
    for place, came in enumerate(output):
        said = [event["delta"] for event in events if "delta" in event and event["output_index"] == place]
        texts = [
            part.get("text") or part.get("refusal") or "" for part in came.get("content") or came.get("summary") or []
        ]
        between = "\n\n" if came["type"] == "reasoning" and any(texts) else ""
        assert "".join(said) == (came.get("arguments") or came.get("input") or between.join(texts))


@given(response=responses(), data=st.data())
def test_whatever_an_upstream_says_of_its_items_each_that_ends_has_begun(response, data):
    reader = Reader(7)
    read = [json.loads(each) for event in events_of(response) for each in reader.feed(json.dumps(event).encode())[:1]]
    chunks = [each for each in read if each.get("choices")]
    at = data.draw(st.integers(0, len(chunks) - 1))
    chunks[at] = data.draw(broken(st.just(chunks[at])))
    events = told(read_chunk(json.dumps(each).encode()) for each in chunks)

    places = {
        kind: [event["output_index"] for event in events if event["type"] == f"response.output_item.{kind}"]
        for kind in ("added", "done")
    }
    assert places["added"] == list(range(len(places["added"])))
    assert sorted(places["done"]) == places["added"]
    assert len(events[-1]["response"]["output"]) == len(places["added"])


@pytest.mark.parametrize(
    "entry",
    [
        {"index": 0, "content": "Mo"},
        {"index": [0], "type": "message"},
        {"index": 0, "type": {"a": "word"}},
        {"index": 0, "type": "function_call", "call_id": "c1"},
        {"index": 0, "type": "reasoning", "content": [{"text": "so?"}]},
        {"index": 0, "type": "message", "content": {"type": "text"}},
    ],
)
def test_a_field_of_this_name_that_is_another_servers_breaks_nothing(entry):
    chunks = [step({"responses": [entry]}), step({"content": "Monet"}), step({"responses": [entry]}, "stop")]
    texts = [event["text"] for event in told(chunks) if event["type"] == "response.output_text.done"]
    message = {"role": "assistant", "content": "Monet", "responses": [entry]}
    whole = reply({"choices": [{"message": message, "finish_reason": "stop"}]}, ASKED)

    assert texts == ["Monet"]
    assert "Monet" in json.dumps(whole["output"])


def known(item, came):
    """An item without what is said of every item, and was not of this one."""
    return {name: value for name, value in item.items() if name in came}
