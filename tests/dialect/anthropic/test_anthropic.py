"""The client at Anthropic's address: requests in its words, answers in ours, over real sockets."""

import asyncio
import json

import hypothesis.strategies as st
import pytest
from hypothesis import given

from dragoman import AsyncDragoman, Dragoman, errors
from dragoman.answer.reading import Reading
from dragoman.dialect.anthropic import Translation
from dragoman.dialect.anthropic.answer import completion
from dragoman.secret import Secret
from dragoman.transport.aio import AsyncioTransport
from scripted import CLOSE, READ, Scripted, answer, chunked
from spoken import MESSAGE, MESSAGES, OVERLOADED, TEXT, Answered, Elsewhere, events_of, on_the_wire

ANTHROPIC = "https://api.anthropic.com/v1"
HELLO = {"model": "claude-opus-4-5", "messages": "Who is the best French painter?", "max_tokens": 100}
STREAM = chunked(*map(on_the_wire, events_of(MESSAGE)))


def document(body, status="200 OK", **headers):
    return answer(json.dumps(body).encode(), status, headers)


def client(server, **options):
    return Dragoman(
        ANTHROPIC, transport=Elsewhere(server.url("")), **{"api_key": "sk-ant-planted", "retries": 0} | options
    )


def caught(server, **call):
    with client(server) as made, pytest.raises(errors.APIError) as error:
        made.chat.create(**HELLO | call)
    return error.value


def test_a_completion():
    with Scripted([READ, document(TEXT)]) as server, client(server) as made:
        completion = made.chat.create(**HELLO)

    sent = server.requests[0]
    assert completion.text == "Monet"
    assert completion.finish_reason == "stop"
    assert completion.usage.prompt_tokens_details.cached_tokens == 7
    assert sent.line == "POST /v1/messages HTTP/1.1"
    assert sent.json == {
        "model": "claude-opus-4-5",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Who is the best French painter?"}],
    }


def test_the_credential_and_the_version_travel_as_the_api_wants_them():
    with Scripted([READ, document(TEXT), READ, document({"data": []})]) as server, client(server) as made:
        made.chat.create(**HELLO)
        made.models.list()

    for request in server.requests:
        assert request.headers["x-api-key"] == "sk-ant-planted"
        assert request.headers["anthropic-version"] == "2023-06-01"
        assert "authorization" not in request.headers


def test_a_callers_own_version_and_betas_win():
    headers = {"anthropic-version": "2030-01-01", "anthropic-beta": "b1"}
    with Scripted([READ, document(TEXT)]) as server, client(server, headers=headers) as made:
        made.chat.create(**HELLO)

    assert headers.items() <= server.requests[0].headers.items()


def test_the_credential_is_found_in_its_own_variable(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-own")
    with Scripted([READ, document(TEXT)]) as server, client(server, api_key=None) as made:
        made.chat.create(**HELLO)

    assert server.requests[0].headers["x-api-key"] == "sk-ant-own"


def test_a_stream():
    with Scripted([READ, STREAM]) as server, client(server) as made, made.chat.stream(**HELLO) as stream:
        chunks = list(stream)

    assert all(chunk.choices for chunk in chunks)
    assert "".join(chunk.text for chunk in chunks) == "Monet"
    assert stream.usage.total_tokens == 17
    assert stream.completion.message.reasoning_content == "A painter…"
    assert server.requests[0].json["stream"] is True
    assert server.requests[0].headers["accept"] == "text/event-stream"


def test_a_stream_shows_its_usage_to_who_asks():
    body = HELLO | {"messages": [{"role": "user", "content": "x"}], "stream": True}
    asking = body | {"stream_options": {"include_usage": True}}
    with Scripted([READ, STREAM, READ, STREAM]) as server, client(server) as made:
        shown = [[bool(chunk.choices) for chunk in made.chat.send(each)] for each in (body, asking)]

    assert all(shown[0])
    assert shown[1][-1] is False


def test_asynchronously():
    async def main(server):
        transport = Elsewhere(server.url(""), AsyncioTransport())
        async with AsyncDragoman(ANTHROPIC, api_key="k", transport=transport) as made:
            completion = await made.chat.create(**HELLO)
            async with made.chat.stream(**HELLO) as stream:
                async for _ in stream:
                    pass
            transport.close()
            return completion, stream.completion

    with Scripted([READ, document(MESSAGE), READ, STREAM]) as server:
        whole, streamed = asyncio.run(main(server))

    assert whole.to_dict() | {"created": 0} == streamed.to_dict() | {"created": 0}


def test_the_answer_goes_back_with_its_signed_thoughts():
    with Scripted([READ, STREAM, READ, document(TEXT)]) as server, client(server) as made:
        first = made.chat.stream(**HELLO).until_done()
        made.chat.create(
            model="claude-opus-4-5",
            max_tokens=100,
            messages=[
                {"role": "user", "content": "Who?"},
                first.message,
                {"role": "tool", "tool_call_id": first.tool_calls[0].id, "content": "He is."},
            ],
        )

    assert server.requests[1].json["messages"] == [
        {"role": "user", "content": "Who?"},
        {"role": "assistant", "content": MESSAGE["content"]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "He is."}]},
    ]


def test_an_answer_in_json_by_a_tool_is_text_in_both_ways():
    said = MESSAGE | {"content": [{"type": "tool_use", "id": "t", "name": "answer", "input": {"a": 1}}]}
    call = HELLO | {"model": "claude-3-haiku-20240307", "response_format": {"type": "json_object"}}
    with (
        Scripted([READ, document(said), READ, chunked(*map(on_the_wire, events_of(said)))]) as server,
        client(server) as made,
    ):
        whole = made.chat.create(**call)
        streamed = made.chat.stream(**call).until_done()

    for completion_ in (whole, streamed):
        assert json.loads(completion_.text) == {"a": 1}
        assert completion_.finish_reason == "stop"
        assert completion_.tool_calls == ()


FAILURES = {
    "overloaded": ("529 Overloaded", OVERLOADED, errors.OverloadedError, True),
    "too many": ("429 Too Many", {"type": "rate_limit_error", "message": "slow down"}, errors.RateLimitError, True),
    "too long": ("400 Bad", {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"}, errors.ContextLengthError, False),
    "spent": ("400 Bad", {"type": "invalid_request_error", "message": "Your credit balance is too low"}, errors.QuotaError, False),
    "unpaid": ("402 Pay", {"type": "billing_error", "message": "pay"}, errors.QuotaError, False),
    "wrong": ("400 Bad", {"type": "invalid_request_error", "message": "no"}, errors.BadRequestError, False),
    "no key": ("401 No", {"type": "authentication_error", "message": "invalid x-api-key"}, errors.AuthenticationError, False),
}  # fmt: skip


@pytest.mark.parametrize(("status", "said", "cls", "again"), FAILURES.values(), ids=FAILURES)
def test_a_failure_has_its_own_status_and_class(status, said, cls, again):
    body = said if "error" in said else {"type": "error", "error": said}
    with Scripted([READ, document(body, status, **{"request-id": "req_9"})]) as server:
        error = caught(server)

    assert type(error) is cls
    assert error.status == int(status[:3])
    assert error.type == body["error"]["type"]
    assert error.request_id == "req_9"
    assert error.retryable is again


def test_a_failure_inside_a_stream_comes_after_what_was_said():
    begun = list(events_of(TEXT))[:4]
    with Scripted([READ, chunked(*map(on_the_wire, [*begun, OVERLOADED]))]) as server, client(server) as made:
        stream = made.chat.stream(**HELLO)
        with pytest.raises(errors.OverloadedError) as error:
            list(stream)

    assert error.value.status == 529
    assert error.value.partial.text == "Mon"


@pytest.mark.parametrize("last", [3, 5, 6])
def test_a_stream_that_was_cut_says_so_wherever(last):
    with (
        Scripted([READ, chunked(*map(on_the_wire, list(events_of(TEXT))[: last + 1])), CLOSE]) as server,
        client(server) as made,
    ):
        stream = made.chat.stream(**HELLO)
        with pytest.raises(errors.TruncatedError, match="ended before the answer had finished"):
            list(stream)


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "content_block_delta", "index": 9, "delta": {"type": "text_delta", "text": "x"}},
        {"type": "content_block_start"},
    ],
)
def test_an_event_that_makes_no_sense_is_no_silence(wrong):
    begun = list(events_of(TEXT))[:4]
    with (
        Scripted([READ, chunked(*map(on_the_wire, [*begun, wrong, {"type": "message_stop"}]))]) as server,
        client(server) as made,
    ):
        stream = made.chat.stream(**HELLO)
        with pytest.raises(errors.ProtocolError, match="an event that cannot be read") as error:
            list(stream)

    assert error.value.partial.text == "Mon"


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"type":"message","content":[{"type":"text"}]}'])
def test_an_answer_that_is_no_message(body):
    with Scripted([READ, answer(body)]) as server:
        assert isinstance(caught(server), errors.ProtocolError)


def test_what_cannot_be_said_is_refused_before_anything_is_sent():
    with Scripted() as server, client(server) as made:
        for wrong in ({"seed": 1}, {"n": 2}, {"temperature": "hot"}):
            with pytest.raises(errors.InvalidRequestError) as error:
                made.chat.create(**HELLO | wrong)
            assert error.value.param == next(iter(wrong))

    assert server.connections == []


@given(message=MESSAGES, size=st.integers(1, 20), data=st.data())
def test_however_a_stream_is_cut_it_is_the_same(message, size, data):
    raw = b"".join(map(on_the_wire, events_of(message, size)))
    cuts = data.draw(st.lists(st.integers(1, len(raw) - 1), max_size=12).map(sorted))
    reading = Reading(Answered(), Secret(""), at=0.0, deadline=600.0, done=True, translated=Translation().stream(7))

    for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True):
        if start < end:
            reading.feed(raw[start:end], 1.0)

    assert reading.over
    assert reading.failure is None
    assert reading.completion.to_dict() == completion(message, 7)
    assert sum(chunk.usage is not None for chunk in reading.ready) == 1


def test_what_a_stream_takes_in_is_known_though_it_is_cut_and_is_shown_once_where_it_is_not():
    *said, end = map(on_the_wire, events_of(TEXT, 2))
    streams = [Translation().stream(7) for _ in range(2)]
    cut, whole = [Reading(Answered(), Secret(""), at=0.0, deadline=600.0, done=True, translated=one) for one in streams]
    for piece in said:
        cut.feed(piece, 1.0)
    cut.broke("the connection was reset")
    for piece in (*said, end):
        whole.feed(piece, 1.0)

    assert cut.failure.partial.usage.prompt_tokens == 12
    assert [chunk.usage.total_tokens for chunk in whole.ready if chunk.usage is not None] == [17]
