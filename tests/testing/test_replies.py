"""Replies answer streams and documents alike: the request decides."""

import json

import pytest

import asking
from dragoman import (
    BadRequestError,
    ContentFilterError,
    ContextLengthError,
    LengthError,
    QuotaError,
    RateLimitError,
    RefusalError,
)
from dragoman.testing import Script, calls, chunks, fails, models, raw, says

BOTH = pytest.mark.parametrize("stream", [False, True], ids=["document", "stream"])


def pieces_of(reply):
    with asking.client(Script(reply)).chat.stream(messages="Who?") as stream:
        return [chunk.text for chunk in stream if chunk.text]


@BOTH
def test_a_text_is_the_answer(stream):
    completion = asking.ask(Script(says("Claude Monet.")), stream=stream)

    assert completion.text == "Claude Monet."
    assert completion.finish_reason == "stop"
    assert completion.model == "m"


def test_one_text_is_streamed_word_by_word_and_several_as_they_are():
    assert pieces_of(says(" Claude Monet.\n ")) == [" Claude", " Monet.\n "]
    assert pieces_of(says("Clau", "de Mon", "et")) == ["Clau", "de Mon", "et"]
    assert pieces_of(says("")) == []


@BOTH
def test_an_answer_says_all_that_an_answer_can(stream):
    script = Script(
        says("Monet", reasoning="Let me think.", finish_reason="length", model="real", headers={"X-Request-Id": "r1"})
    )
    completion = asking.ask(script, stream=stream)

    assert completion.message.reasoning_content == "Let me think."
    assert completion.finish_reason == "length"
    assert completion.model == "real"


def test_the_usage_of_a_stream_is_said_where_it_is_asked_for():
    script = Script(says("Monet", usage=(3, 1)), says("Monet", usage=(3, 1)), says("Monet", usage=None))
    chat = asking.client(script).chat

    assert chat.create(messages="Who?").usage.total_tokens == 4
    with chat.stream(messages="Who?", stream_options={"include_usage": False}) as stream:
        assert stream.until_done().usage is None
    with chat.stream(messages="Who?", stream_options={"include_usage": True}) as stream:
        assert stream.until_done().usage is None


@BOTH
def test_calls_of_tools_arrive_whole(stream):
    reply = calls(("weather", {"city": "Paris"}), ("time", '{"broken'), text="Let me see.")
    completion = asking.ask(Script(reply), stream=stream)

    first, second = completion.message.tool_calls
    assert (first.id, first.function.name, json.loads(first.function.arguments)) == (
        "call_1",
        "weather",
        {"city": "Paris"},
    )
    assert second.function.arguments == '{"broken'
    assert completion.text == "Let me see."
    assert completion.finish_reason == "tool_calls"


@BOTH
def test_chunks_arrive_as_a_vendor_sends_them(stream):
    reply = chunks(
        {"id": "v1", "choices": [{"index": 0, "delta": {"content": "Mo"}}], "x_vendor": 1},
        {"choices": [{"index": 0, "delta": {"content": "net"}, "finish_reason": "stop"}]},
        headers={"x-vendor": "v"},
    )

    completion = asking.ask(Script(reply), stream=stream)

    assert completion.text == "Monet"
    assert completion.to_dict()["x_vendor"] == 1


@BOTH
@pytest.mark.parametrize(
    ("reply", "cls", "message"),
    [
        (fails(429), RateLimitError, "Too Many Requests"),
        (fails(429, code="insufficient_quota"), QuotaError, "Too Many Requests"),
        (fails(400, "too long", code="context_length_exceeded"), ContextLengthError, "too long"),
        (fails(400, body={"detail": "not like this"}), BadRequestError, "not like this"),
        (fails(400, body=b"<html><title>no</title>"), BadRequestError, "no"),
    ],
)
def test_an_error_is_the_one_that_the_vendor_means(stream, reply, cls, message):
    with pytest.raises(cls) as caught:
        asking.ask(Script(reply), stream=stream)

    assert type(caught.value) is cls
    assert caught.value.message == message


def test_an_error_says_what_to_do_about_it():
    with pytest.raises(RateLimitError) as caught:
        asking.ask(Script(fails(429, param="p", type="t", retry_after=1.5, headers={"x-request-id": "r1"})))

    error = caught.value
    assert (error.param, error.type, error.retry_after, error.request_id) == ("p", "t", 1.5, "r1")


@pytest.mark.parametrize(
    ("reply", "cls"),
    [
        (says("", refusal="I would rather not."), RefusalError),
        (says("4", finish_reason="length"), LengthError),
        (says("4", finish_reason="content_filter"), ContentFilterError),
    ],
)
def test_an_answer_that_is_not_of_the_type_asked_for_is_an_error_of_its_own(reply, cls):
    with pytest.raises(cls):
        asking.client(Script(reply)).chat.parse(messages="2 + 2?", output=dict[str, int])


def test_raw_bytes_are_sent_as_they_are():
    document = raw(b'{"choices": [{"message": {"con', b'tent": "Monet"}}]}')
    stream = raw(
        b'data: {"choices": [{"index": 0, "delta": {"content": "Mo"}}]}\n',
        b"\ndata: [DONE]\n\n",
        content_type="text/event-stream",
    )

    assert asking.ask(Script(document)).text == "Monet"
    assert asking.ask(Script(stream), stream=True).text == "Mo"


def test_models_are_listed():
    client = asking.client(Script(models("a", "b")))

    assert [card.id for card in client.models.list().data] == ["a", "b"]


def test_a_reply_shows_itself_as_it_was_written():
    shown = [says("a", "b"), calls(("f", {})), chunks({}, {}), fails(500), raw(b"abc"), models("m")]

    assert list(map(repr, shown)) == [
        "says('a', 'b')",
        "calls('f')",
        "chunks(… 2 of them)",
        "fails(500)",
        "raw(3 bytes)",
        "models('m')",
    ]
