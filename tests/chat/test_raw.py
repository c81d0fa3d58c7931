"""An answer as it came, beside what it says; both colours."""

import asyncio
import copy
import json
import pickle

import msgspec
import pytest

from dragoman import AsyncDragoman, Dragoman, InvalidOutputError, errors
from vendors import AsyncVendors, Said, Vendors, fails, says, streams

HOST = "a.test"
URL = f"http://{HOST}/v1"
CALL = {"messages": "Hello", "model": "m"}


def asked(*answers):
    vendors = Vendors({HOST: answers})
    return vendors, Dragoman(URL, transport=vendors, retries=1)


def test_an_answer_as_it_came():
    _, client = asked(says("Monet", headers={"x-request-id": "r1", "x-vendor": "v"}))

    raw = client.chat.with_raw_response.create(**CALL)

    assert (raw.status, raw.request_id, raw.headers["x-vendor"]) == (200, "r1", "v")
    assert json.loads(raw.body)["choices"][0]["message"]["content"] == raw.completion.text == "Monet"
    assert raw.elapsed >= raw.attempts[-1].seconds >= 0
    assert [(one.whom, one.status, one.request_id) for one in raw.attempts] == [(f"{URL}/chat/completions", 200, "r1")]


def test_asynchronously():
    async def main():
        async with AsyncDragoman(URL, transport=AsyncVendors({HOST: [says("Monet")]})) as client:
            made = await client.chat.with_raw_response.create(**CALL)
            sent = await client.chat.with_raw_response.send({"model": "m", "messages": []})
            return made.completion.text, sent.status

    assert asyncio.run(main()) == ("Monet", 200)


def test_what_failed_before_is_told():
    _, client = asked(fails(503, "busy", **{"retry-after-ms": "1", "x-request-id": "r0"}), says("Monet"))

    raw = client.chat.with_raw_response.create(**CALL)

    assert [(one.status, one.error, one.message, one.request_id) for one in raw.attempts] == [
        (503, "OverloadedError", "busy", "r0"),
        (200, "", "", None),
    ]


def test_a_refusal_raises_as_ever_and_holds_the_same():
    _, client = asked(fails(400, "no", **{"x-request-id": "r1"}))

    with pytest.raises(errors.BadRequestError) as caught:
        client.chat.with_raw_response.create(**CALL)

    error = caught.value
    assert (error.status, error.request_id, error.headers["x-request-id"]) == (400, "r1", "r1")
    assert json.loads(error.body)["error"]["message"] == "no"
    assert [one.status for one in error.history] == [400]


class Painter(msgspec.Struct):
    name: str


def test_an_answer_of_a_type():
    _, client = asked(says('{"name":"Monet"}'), says("Monet"))
    ask = client.chat.with_raw_response.create

    assert ask(**CALL).parsed(Painter) == Painter("Monet")
    with pytest.raises(InvalidOutputError):
        ask(**CALL).parsed(Painter)


def test_a_body_is_sent_as_it_is():
    vendors, client = asked(says("Monet"))
    body = {"model": "m", "messages": [], "vendor_field": None}

    assert client.chat.with_raw_response.send(body, headers={"x-a": "b"}).completion.text == "Monet"
    assert vendors.asked[0].json == body
    assert vendors.asked[0].headers["x-a"] == "b"


def test_the_body_of_another_api_stays_in_its_own_words():
    spoken = {
        "id": "m1", "type": "message", "role": "assistant", "model": "claude",
        "content": [{"type": "text", "text": "Monet"}], "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }  # fmt: skip
    vendors = Vendors({"api.anthropic.com": [lambda cls: cls(json.dumps(spoken).encode())]})
    client = Dragoman("anthropic", api_key="k", transport=vendors)

    raw = client.chat.with_raw_response.create(messages="Hello", model="claude", max_tokens=9)

    assert json.loads(raw.body) == spoken
    assert raw.completion.text == "Monet"


def test_it_can_be_pickled_and_copied():
    _, client = asked(says("Monet", headers={"x-request-id": "r1"}))
    raw = client.chat.with_raw_response.create(**CALL)

    for again in (pickle.loads(pickle.dumps(raw)), copy.deepcopy(raw)):
        assert (again.request_id, again.completion.text, again.attempts) == ("r1", "Monet", raw.attempts)


def test_a_stream_has_all_that_before_its_first_chunk_is_read():
    _, client = asked(
        fails(503, **{"retry-after-ms": "1"}),
        lambda _: Said(*PIECES, kind="text/event-stream", headers={"x-request-id": "r1"}),
    )

    with client.chat.stream(**CALL) as stream:
        assert (stream.status, stream.request_id, stream.headers["x-request-id"]) == (200, "r1", "r1")
        assert [one.status for one in stream.attempts] == [503, 200]
        assert stream.until_done().text == "Monet"


PIECES = [*streams("Monet")(Said)._pieces]
