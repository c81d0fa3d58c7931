"""Chunks as a Messages stream: its order, its indexes, and that it adds up to what the chunks do."""

import json

import hypothesis.strategies as st
import pytest
from hypothesis import given

from dragoman.answer.fold import fold
from dragoman.dialect.anthropic.reader import DONE, Reader
from dragoman.dialect.anthropic.reply import reply
from dragoman.dialect.anthropic.telling import Telling
from dragoman.wire.chunk import read_chunk
from spoken import MESSAGE, MESSAGES, TEXT, added_up, broken, events_of, meant


def chunk(delta=None, finish=None, **fields):
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    return read_chunk(json.dumps({"id": "c1", "model": "real", "choices": [choice]} | fields).encode())


def call(index, name=None, arguments=None, identity=None):
    function = {name_: value for name_, value in (("name", name), ("arguments", arguments)) if value is not None}
    made = {"index": index, "id": identity, "function": function}
    return chunk({"tool_calls": [{name_: value for name_, value in made.items() if value is not None}]})


USAGE = chunk(
    choices=[], usage={"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}
)


def told(*chunks):
    """The events that chunks are told as."""
    telling = Telling()
    events = [event for each in chunks for event in telling.feed(each)] + telling.end()
    decoded = [json.loads(data) for _, data in events]
    assert [name for name, _ in events] == [event["type"] for event in decoded]
    return decoded


def test_a_text():
    events = told(
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "Mo"}),
        chunk({"content": "net"}),
        chunk(finish="stop"),
        USAGE,
    )

    assert [event["type"] for event in events] == [
        "message_start", "ping", "content_block_start", "content_block_delta", "content_block_delta",
        "content_block_stop", "message_delta", "message_stop",
    ]  # fmt: skip
    assert events[0]["message"]["id"] == "msg_c1"
    assert events[0]["message"]["model"] == "real"
    assert events[2] == {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    assert events[3] == {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Mo"}}
    assert events[-2] == {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {
            "input_tokens": 5,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 4,
            "output_tokens": 2,
        },
    }


@pytest.mark.parametrize("kind", ["server_tool_use", "mcp_tool_use"])
def test_a_call_of_the_vendors_own_tools_begins_with_an_input(kind):
    item = {"index": 0, "type": kind, "id": "srvtoolu_1", "name": "web_search"}
    events = told(chunk({"anthropic_content": [item]}), chunk({"anthropic_content": [{"index": 0, "input": {"q": 1}}]}))

    assert events[2]["content_block"] == {"type": kind, "id": "srvtoolu_1", "name": "web_search", "input": {}}
    assert events[3]["delta"] == {"type": "input_json_delta", "partial_json": '{"q":1}'}


def test_the_usage_is_told_wherever_its_vendor_put_it_and_stands_when_nothing_follows():
    said = chunk(finish="stop", x_groq={"usage": {"prompt_tokens": 9, "completion_tokens": 2}})

    assert added_up(told(chunk({"content": "Mo"}), said, chunk(choices=[], usage={})))["usage"]["output_tokens"] == 2


def test_what_is_known_before_it_begins_is_told_with_its_beginning():
    telling = Telling({"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 4}})

    (_, begun), _ = telling.feed(chunk({"role": "assistant"}))
    assert json.loads(begun)["message"]["usage"] == {
        "input_tokens": 5,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 4,
        "output_tokens": 0,
    }


def test_the_first_piece_is_told_at_once():
    telling = Telling()

    assert [name for name, _ in telling.feed(chunk({"role": "assistant"}))] == ["message_start", "ping"]
    assert [name for name, _ in telling.feed(chunk({"content": "Mo"}))] == [
        "content_block_start",
        "content_block_delta",
    ]
    assert [name for name, _ in telling.feed(chunk({"content": "net"}))] == ["content_block_delta"]


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thoughts_then_text_then_calls_are_blocks_of_their_own(field):
    message = added_up(
        told(
            chunk({field: "h"}), chunk({field: "m"}), chunk({"content": "x"}),
            call(0, "f", '{"a":', "c1"), call(0, None, "1}"), call(1, "g", "", "c2"), chunk(finish="tool_calls"),
        )
    )  # fmt: skip

    assert message["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": ""},
        {"type": "text", "text": "x"},
        {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}},
        {"type": "tool_use", "id": "c2", "name": "g", "input": {}},
    ]
    assert message["stop_reason"] == "tool_use"


def test_calls_whose_pieces_take_turns_are_told_one_after_the_other():
    message = added_up(
        told(
            call(0, "f", "{", "c0"), call(1, "g", '{"b"', "c1"), call(0, None, '"a":1'), call(1, None, ":2"),
            call(0, None, "}"), call(1, None, "}"), chunk(finish="tool_calls"),
        )
    )  # fmt: skip

    assert [(block["name"], block["input"]) for block in message["content"]] == [("f", {"a": 1}), ("g", {"b": 2})]


def test_a_second_call_is_told_as_it_comes_once_the_first_is_whole():
    telling = Telling()
    telling.feed(call(0, "f", '{"a":1}', "c0"))

    events = [json.loads(data) for _, data in telling.feed(call(1, "g", '{"b', "c1"))]

    assert [event["type"] for event in events] == ["content_block_stop", "content_block_start", "content_block_delta"]
    assert events[-1]["delta"] == {"type": "input_json_delta", "partial_json": '{"b'}


def test_a_call_is_why_it_stopped_also_where_its_upstream_says_stop():
    assert added_up(told(call(0, "f", "{}", "c0"), chunk(finish="stop")))["stop_reason"] == "tool_use"


def test_free_text_for_a_tool_is_told_as_an_object():
    def free(index, text):
        return chunk({"tool_calls": [{"index": index, "custom": {"input": text}}]})

    message = added_up(
        told(
            chunk({"tool_calls": [{"index": 0, "id": "a", "type": "custom", "custom": {"name": "f", "input": ""}}]}),
            free(0, 'say "'), call(1, "g", "{}", "b"), free(0, "hi\n\u00e9\\"), chunk(finish="tool_calls"),
        )
    )  # fmt: skip

    said = [(each["name"], each["input"]) for each in message["content"]]
    assert said == [("f", {"input": 'say "hi\n\u00e9\\'}), ("g", {})]


def test_arguments_that_open_brackets_without_end_are_told_as_they_are():
    events = told(call(0, "f", '{"a":' * 5000, "c0"), call(1, "g", "{}", "c1"), chunk({"content": "x"}))

    pieces = [event["delta"].get("partial_json") for event in events if event["type"] == "content_block_delta"]
    assert pieces == ['{"a":' * 5000, "{}", None]


def test_calls_without_an_index_or_with_the_same_are_told_apart_by_their_ids():
    for index in (None, 0):
        message = added_up(
            told(call(index, "f", "{}", "c0"), call(index, "g", '{"a":1}', "c1"), chunk(finish="tool_calls"))
        )

        assert [(block["id"], block["name"], block["input"]) for block in message["content"]] == [
            ("c0", "f", {}),
            ("c1", "g", {"a": 1}),
        ]


def one(name, arguments, **fields):
    return chunk({"tool_calls": [{"function": {"name": name, "arguments": arguments}} | fields]})


@pytest.mark.parametrize(
    "chunks",
    [
        [call(0, "f", "{}")],
        [one("f", "{}"), one("g", "{}"), one("g", '{"a":1}')],
        [one("f", '{"a":1}', id="", index=0), one("f", '{"a":2}', id="", index=0)],
        [call(0, "f", '{"a":', "functions.f:0"), call(0, None, "1}", "functions.f:0")],
    ],
    ids=["one", "no index", "one index for all", "other letters"],
)
def test_calls_are_told_apart_and_named_as_in_an_answer_in_one_piece(chunks):
    chunks = [*chunks, chunk(finish="tool_calls")]
    content = added_up(told(*chunks))["content"]

    assert content == reply(fold(chunks).to_dict())["content"]
    assert len({block["id"] for block in content}) == len(content)


def test_a_call_nobody_gave_an_id_gets_one():
    assert added_up(told(call(0, "f", "{}")))["content"][0]["id"] == "toolu_c1_0"


def test_text_between_the_pieces_of_a_call_follows_it():
    message = added_up(
        told(
            call(0, "f", '{"a":', "c0"),
            chunk({"content": "So. "}),
            call(0, None, "1}"),
            chunk({"content": "Yes."}),
            chunk(finish="stop"),
        )
    )

    assert message["content"][0]["input"] == {"a": 1}
    assert "".join(sorted(block["text"] for block in message["content"][1:])) == "So. Yes."


def test_a_refusal_is_text():
    assert added_up(told(chunk({"refusal": "no"})))["content"] == [{"type": "text", "text": "no"}]


def test_of_several_answers_the_first_is_told():
    other = read_chunk(b'{"choices":[{"index":1,"delta":{"content":"no"},"finish_reason":"length"}]}')

    message = added_up(told(chunk({"content": "yes"}), other, chunk(finish="stop")))

    assert message["content"] == [{"type": "text", "text": "yes"}]
    assert message["stop_reason"] == "end_turn"


def test_a_stream_without_a_chunk_is_an_empty_message():
    message = added_up(told())

    assert message["content"] == []
    assert message["usage"]["output_tokens"] == 0


@given(message=MESSAGES, size=st.integers(1, 30))
def test_a_stream_of_anthropics_adds_up_to_the_message_it_was(message, size):
    reader = Reader(7)
    chunks = [data for event in events_of(message, size) for data in reader.feed(json.dumps(event).encode())]

    back = added_up(told(*(read_chunk(data) for data in chunks if data != DONE)))

    assert meant(back["content"]) == meant(message["content"])
    assert {n: back[n] for n in ("id", "model", "stop_reason", "usage")} == {
        n: message[n] for n in ("id", "model", "stop_reason", "usage")
    }


def test_details_of_an_ending_come_back():
    details = {"type": "refusal", "category": "bio"}
    reader = Reader(7)
    events = events_of(TEXT | {"stop_reason": "refusal", "stop_details": details})
    chunks = [data for event in events for data in reader.feed(json.dumps(event).encode())]

    assert added_up(told(*(read_chunk(data) for data in chunks if data != DONE)))["stop_details"] == details


def test_a_summary_of_what_was_left_behind_is_told_in_its_own_delta():
    begun = {"type": "content_block_start", "index": 0, "content_block": {"type": "compaction", "content": None}}
    more = {"type": "compaction_delta", "content": "So far: Monet.", "encrypted_content": "c2ln"}
    added = {"type": "content_block_delta", "index": 0, "delta": more}
    start, *_, ended, stopped = events_of(TEXT)

    assert added in retold(start, begun, added, {"type": "content_block_stop", "index": 0}, ended, stopped)


def test_signatures_are_told_in_their_block():
    reader = Reader(7)
    chunks = [data for event in events_of(MESSAGE) for data in reader.feed(json.dumps(event).encode())]
    events = told(*(read_chunk(data) for data in chunks if data != DONE))

    assert {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "signature_delta", "signature": "c2ln"},
    } in events


@given(st.data())
def test_whatever_an_upstream_sends_keeps_the_order(data):
    reader = Reader(7)
    message = data.draw(MESSAGES)
    chunks = [
        json.loads(made)
        for event in events_of(message)
        for made in reader.feed(json.dumps(event).encode())
        if made != DONE
    ]
    at = data.draw(st.integers(0, len(chunks) - 1))
    chunks[at] = data.draw(broken(st.just(chunks[at])))

    added_up(told(*(read_chunk(json.dumps(each).encode()) for each in chunks)), strict=False)


DETAILS = {"type": "refusal", "category": "cyber", "explanation": "I won't."}


def retold(*events):
    """A stream of the API's own, read as chunks and told again."""
    reader = Reader(7)
    data = [each for event in events for each in reader.feed(json.dumps(event).encode())]
    return told(*(read_chunk(each) for each in data if each != DONE))


def test_a_refusal_that_its_details_explain_is_no_text_as_well():
    refused = TEXT | {"stop_reason": "refusal", "stop_details": DETAILS}
    events = retold(*events_of(refused))

    said = "".join(event["delta"]["text"] for event in events if event["type"] == "content_block_delta")
    assert said == TEXT["content"][0]["text"]
    assert events[-2]["delta"]["stop_details"] == DETAILS


def test_what_is_said_of_the_whole_message_at_its_end_is_told_there():
    *before, ended, stopped = events_of(TEXT)
    ended["delta"]["container"] = {"id": "container_1"}
    ended["context_management"] = {"applied_edits": []}
    delta = retold(*before, ended, stopped)[-2]

    assert delta["delta"]["container"] == {"id": "container_1"}
    assert delta["context_management"] == {"applied_edits": []}
