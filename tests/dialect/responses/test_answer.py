import json

import msgspec
import pytest
from hypothesis import given

from dragoman.dialect.responses.answer import completion, whole
from dragoman.dialect.responses.items import items_of
from dragoman.dialect.responses.reply import reply
from dragoman.wire.completion import read_completion
from responded import CALLED, CITED, FAILED, RESPONSE, SAID, SEARCH, TEXT, THOUGHT, responses

ASKED = {"model": "gpt-5", "messages": [{"role": "user", "content": "Who?"}], "responses": {}}


def message_of(*items):
    return completion(RESPONSE | {"output": list(items)}, 7)["choices"][0]["message"]


def test_what_was_thought_said_and_called_is_one_message():
    made = completion(RESPONSE, 7)
    message = made["choices"][0]["message"]

    assert (made["id"], made["object"], made["created"], made["model"]) == ("resp_1", "chat.completion", 5, "gpt-5")
    assert message["reasoning_content"] == "A painter…"
    assert message["content"] == "Monet"
    assert message["tool_calls"] == [
        {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": '{"who":"Monet"}'}}
    ]
    assert made["choices"][0]["finish_reason"] == "tool_calls"
    assert items_of(message) == [THOUGHT, SEARCH, SAID, CALLED]


def test_what_it_used():
    made = completion(RESPONSE | {"usage": RESPONSE["usage"] | {"cost": 0.5}}, 7)

    assert made["usage"] == {
        "prompt_tokens": 12,
        "completion_tokens": 5,
        "total_tokens": 17,
        "prompt_tokens_details": {"cached_tokens": 7, "cache_write_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": 3},
        "cost": 0.5,
    }
    assert "usage" not in completion(RESPONSE | {"usage": None}, 7)


def test_what_says_back_the_request_is_left_out_and_what_nobody_knows_is_kept():
    made = completion(TEXT | {"instructions": "Be brief.", "vendor": "v"}, 7)

    assert (made["service_tier"], made["vendor"]) == ("default", "v")
    assert made.keys() == {"id", "object", "created", "model", "choices", "usage", "service_tier", "vendor"}


@pytest.mark.parametrize(
    ("status", "details", "finish"),
    [
        ("completed", None, "stop"),
        ("incomplete", {"reason": "max_output_tokens"}, "length"),
        ("incomplete", {"reason": "content_filter"}, "content_filter"),
        ("incomplete", {"reason": "a_new_reason"}, "a_new_reason"),
        ("incomplete", None, "length"),
        ("in_progress", None, None),
    ],
)
def test_why_it_stopped(status, details, finish):
    made = completion(TEXT | {"status": status, "incomplete_details": details}, 7)

    assert made["choices"][0]["finish_reason"] == finish


def test_remarks_are_at_their_place_in_the_whole_text():
    part = {"type": "output_text", "text": "Monet", "annotations": [CITED]}
    message = message_of(SAID, SAID | {"id": "msg_2", "content": [part, part]})
    cited = {"url": "u", "title": "t"}

    assert message["content"] == "Monet" * 3
    assert message["annotations"] == [
        {"type": "url_citation", "url_citation": cited | {"start_index": start, "end_index": start + 2}}
        for start in (5, 10)
    ]


def test_likely_tokens_and_refusals():
    likely = {"token": "x", "logprob": -1.0, "bytes": [120], "top_logprobs": []}
    part = {"type": "output_text", "text": "x", "annotations": [], "logprobs": [likely]}
    made = completion(RESPONSE | {"output": [SAID | {"content": [part, {"type": "refusal", "refusal": "No."}]}]}, 7)[
        "choices"
    ][0]

    assert made["logprobs"] == {"content": [likely]}
    assert (made["message"]["content"], made["message"]["refusal"]) == ("x", "No.")


def test_an_answer_of_nothing():
    assert message_of() == {"role": "assistant", "content": None}


@given(response=responses())
def test_every_response_is_a_completion_and_told_again_the_same_items(response):
    read = read_completion(whole(json.dumps(response).encode(), 7)).to_dict()

    assert read == completion(response, 7)
    assert [
        {name: value for name, value in item.items() if name in came}
        for item, came in zip(reply(read, ASKED)["output"], response["output"], strict=True)
    ] == response["output"]


def test_one_that_failed_is_its_error():
    assert json.loads(whole(json.dumps(FAILED).encode(), 7)) == {"error": FAILED["error"]}
    cancelled = json.loads(whole(json.dumps(TEXT | {"status": "cancelled"}).encode(), 7))
    assert cancelled["error"]["message"] == "the response is cancelled"


@pytest.mark.parametrize("body", [b"{}", b'{"output":null}', b'{"message":"no"}'])
def test_what_is_no_response_stays_as_it_is(body):
    assert whole(body, 7) == body


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"output":[{"type":"function_call"}]}'])
def test_what_cannot_be_read_is_told(body):
    with pytest.raises(msgspec.DecodeError):
        whole(body, 7)


def test_values_of_another_kind_leave_the_answer_readable():
    said = TEXT | {"created_at": "today", "status": ["completed"], "usage": {"input_tokens": "9", "output_tokens": 5}}
    made = json.loads(whole(json.dumps(said).encode(), 7))

    assert (made["created"], made["choices"][0]["message"]["content"]) == (7, "Monet")
    assert made["usage"].items() >= {"prompt_tokens": 0, "completion_tokens": 5, "total_tokens": 5}.items()
