"""The client at addresses where the Responses API is asked: requests in its words, answers in ours, over real sockets."""

import asyncio
import json

import hypothesis.strategies as st
import pytest
from hypothesis import given

from dragoman import AsyncDragoman, Dragoman, errors
from dragoman.answer.reading import Reading
from dragoman.answer.unfold import unfold
from dragoman.dialect.responses import Translation
from dragoman.dialect.responses.answer import completion, whole
from dragoman.dialect.responses.reply import reply
from dragoman.dialect.responses.telling import Telling
from dragoman.secret import Secret
from dragoman.wire.completion import read_completion
from responded import CALLED, FAILED, RESPONSE, SAID, SEARCH, TEXT, THOUGHT, events_of, responses
from scripted import CLOSE, READ, Scripted, answer, chunked
from spoken import Answered, on_the_wire

HELLO = {"model": "gpt-5", "messages": "Who is the best French painter?", "max_tokens": 100}
ASKED = {"type": "message", "role": "user", "content": "Who is the best French painter?"}
STREAM = chunked(*map(on_the_wire, events_of(RESPONSE)))


def body_of(value, status="200 OK", **headers):
    return answer(json.dumps(value).encode(), status, headers)


def client(server, **options):
    return Dragoman(server.url("/v1/responses"), **{"api_key": "sk-planted", "retries": 0} | options)


def caught(server, **call):
    with client(server) as made, pytest.raises(errors.APIError) as error:
        made.chat.create(**HELLO | call)
    return error.value


def test_a_completion():
    with Scripted([READ, body_of(TEXT)]) as server, client(server) as made:
        answered = made.chat.create(**HELLO)

    sent = server.requests[0]
    assert (answered.text, answered.finish_reason) == ("Monet", "stop")
    assert answered.usage.prompt_tokens_details.cached_tokens == 7
    assert answered.usage.completion_tokens_details.reasoning_tokens == 3
    assert sent.line == "POST /v1/responses HTTP/1.1"
    assert sent.headers["authorization"] == "Bearer sk-planted"
    assert sent.json == {
        "model": "gpt-5",
        "max_output_tokens": 100,
        "input": [ASKED],
        "store": False,
        "include": ["reasoning.encrypted_content"],
    }


def test_models_are_listed_beside_it():
    with Scripted([READ, body_of({"data": []})]) as server, client(server) as made:
        made.models.list()

    assert server.requests[0].line == "GET /v1/models HTTP/1.1"


def test_openais_own_by_name(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    with Dragoman("openai-responses") as made:
        curl = made.chat.curl(**HELLO)

    assert "https://api.openai.com/v1/responses" in curl
    assert "sk-own" not in curl


def test_a_stream():
    with Scripted([READ, STREAM]) as server, client(server) as made, made.chat.stream(**HELLO) as stream:
        chunks = list(stream)

    assert all(chunk.choices for chunk in chunks)
    assert "".join(chunk.text for chunk in chunks) == "Monet"
    assert stream.usage.total_tokens == 17
    assert stream.completion.message.reasoning_content == "A painter…"
    assert stream.completion.finish_reason == "tool_calls"
    assert server.requests[0].json["stream"] is True
    assert "stream_options" not in server.requests[0].json


def test_asynchronously():
    async def main(server):
        async with AsyncDragoman(server.url("/v1/responses"), api_key="k") as made:
            answered = await made.chat.create(**HELLO)
            async with made.chat.stream(**HELLO) as stream:
                async for _ in stream:
                    pass
            return answered, stream.completion

    with Scripted([READ, body_of(RESPONSE), READ, STREAM]) as server:
        answered, streamed = asyncio.run(main(server))

    assert answered.to_dict() == streamed.to_dict()


def test_the_answer_goes_back_with_its_encrypted_thoughts_and_searches():
    with Scripted([READ, STREAM, READ, body_of(TEXT)]) as server, client(server) as made:
        first = made.chat.stream(**HELLO).until_done()
        made.chat.create(
            model="gpt-5",
            messages=[
                {"role": "user", "content": "Who is the best French painter?"},
                first.message,
                {"role": "tool", "tool_call_id": first.tool_calls[0].id, "content": "He is."},
            ],
        )

    output = {"type": "function_call_output", "call_id": "call_1", "output": "He is."}
    assert server.requests[1].json["input"] == [ASKED, THOUGHT, SEARCH, SAID, CALLED, output]


def test_functions_are_run_as_tools():
    def look_up(who: str) -> str:
        """Look somebody up."""
        return f"{who} is."

    with Scripted([READ, body_of(RESPONSE), READ, body_of(TEXT)]) as server, client(server) as made:
        run = made.chat.run(**HELLO, tools=[look_up])

    assert run.text == "Monet"
    assert server.requests[0].json["tools"][0]["name"] == "look_up"
    assert server.requests[1].json["input"][-1] == {
        "type": "function_call_output", "call_id": "call_1", "output": "Monet is.",
    }  # fmt: skip


FAILURES = {
    "too many": ("429 Too Many", {"code": "rate_limit_exceeded", "message": "slow down"}, errors.RateLimitError, True),
    "too long": ("400 Bad", {"code": "context_length_exceeded", "message": "long"}, errors.ContextLengthError, False),
    "spent": ("429 No", {"code": "insufficient_quota", "message": "pay"}, errors.QuotaError, False),
    "wrong": ("400 Bad", {"type": "invalid_request_error", "message": "no"}, errors.BadRequestError, False),
    "no key": ("401 No", {"code": "invalid_api_key", "message": "no"}, errors.AuthenticationError, False),
}


@pytest.mark.parametrize(("status", "said", "cls", "again"), FAILURES.values(), ids=FAILURES)
def test_a_failure_has_its_own_status_and_class(status, said, cls, again):
    with Scripted([READ, body_of({"error": said}, status, **{"x-request-id": "req_9"})]) as server:
        error = caught(server)

    assert type(error) is cls
    assert (error.status, error.code, error.request_id) == (int(status[:3]), said.get("code"), "req_9")
    assert error.retryable is again


def test_a_response_that_failed_is_the_error_it_says():
    with Scripted([READ, body_of(FAILED)]) as server:
        error = caught(server)

    assert type(error) is errors.RateLimitError
    assert (error.status, error.code, error.message) == (429, "rate_limit_exceeded", "slow down")


LATE = {
    "response.failed": {"type": "response.failed", "response": FAILED},
    "error": {"type": "error", "code": "rate_limit_exceeded", "message": "slow down", "param": None},
}


@pytest.mark.parametrize("last", LATE.values(), ids=LATE)
def test_a_failure_inside_a_stream_comes_after_what_was_said(last):
    begun = [event for event in events_of(TEXT) if "done" not in event["type"]][:5]
    with Scripted([READ, chunked(*map(on_the_wire, [*begun, last]))]) as server, client(server) as made:
        stream = made.chat.stream(**HELLO)
        with pytest.raises(errors.RateLimitError, match="slow down") as error:
            list(stream)

    assert (error.value.status, error.value.code) == (429, "rate_limit_exceeded")
    assert error.value.partial.text == "Mon"


@pytest.mark.parametrize("count", [3, 5, 8])
def test_a_stream_without_its_last_event_was_cut_wherever(count):
    with (
        Scripted([READ, chunked(*map(on_the_wire, list(events_of(TEXT))[:count])), CLOSE]) as server,
        client(server) as made,
    ):
        with pytest.raises(errors.TruncatedError, match="ended before the answer had finished"):
            list(made.chat.stream(**HELLO))


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"output":[{"type":"function_call"}]}'])
def test_an_answer_that_is_no_response(body):
    with Scripted([READ, answer(body)]) as server:
        assert isinstance(caught(server), errors.ProtocolError)


def test_what_cannot_be_said_is_refused_before_anything_is_sent():
    with Scripted() as server, client(server) as made:
        for wrong in ({"seed": 1}, {"n": 2}, {"temperature": "hot"}):
            with pytest.raises(errors.InvalidRequestError) as error:
                made.chat.create(**HELLO | wrong)
            assert error.value.param == next(iter(wrong))

    assert server.connections == []


def read(raw, cuts):
    """What a stream's bytes add up to, read in pieces."""
    reading = Reading(Answered(), Secret(""), at=0.0, deadline=600.0, done=True, translated=Translation().stream(7))
    for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True):
        if start < end:
            reading.feed(raw[start:end], 1.0)
    assert reading.over
    assert reading.failure is None
    return reading.completion.to_dict()


@given(response=responses(), size=st.integers(1, 20), data=st.data())
def test_however_a_stream_is_cut_it_is_the_same(response, size, data):
    raw = b"".join(map(on_the_wire, events_of(response, size)))
    cuts = data.draw(st.lists(st.integers(1, len(raw) - 1), max_size=12).map(sorted))

    assert read(raw, cuts) == completion(response, 7)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=9)
CALLS = st.one_of(
    st.sampled_from(["{}", '{"x":"a b"}']).map(lambda given_: ("function", {"name": "f", "arguments": given_})),
    WORDS.map(lambda given_: ("custom", {"name": "x", "input": given_})),
)


@st.composite
def completions(draw):
    """What any server of chat may say."""
    message = {"role": "assistant", "content": draw(st.none() | WORDS)}
    message |= draw(st.fixed_dictionaries({}, optional={"reasoning_content": WORDS, "refusal": WORDS}))
    calls = [
        {"id": f"c{place}", "type": kind, kind: said}
        for place, (kind, said) in enumerate(draw(st.lists(CALLS, max_size=2)))
    ]
    finish = draw(st.sampled_from(["length", "content_filter", "tool_calls" if calls else "stop"]))
    usage = {
        "prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 1, "cache_write_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 1},
    }  # fmt: skip
    choice = {"index": 0, "message": message | ({"tool_calls": calls} if calls else {}), "finish_reason": finish}
    return {
        "id": "resp_9",
        "object": "chat.completion",
        "created": 5,
        "model": "m",
        "choices": [choice],
        "usage": usage,
    }


ASKING = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "responses": {}}


def outlined(document):
    """A completion without the names that its items were given when it was told."""
    (choice,) = document["choices"]
    choice["message"] = {name: value for name, value in choice["message"].items() if name != "responses"}
    return document | {"choices": [choice]}


@given(said=completions())
def test_what_is_told_as_a_response_is_read_back_as_the_completion_it_was(said):
    told = json.dumps(reply(said, ASKING)).encode()

    assert outlined(json.loads(whole(told, 7))) == said


@given(said=completions(), data=st.data())
def test_what_is_told_as_events_is_read_back_as_the_completion_it_was_however_it_was_cut(said, data):
    telling = Telling(ASKING)
    chunks = unfold(read_completion(json.dumps(said).encode()))
    events = [event for chunk in chunks for event in telling.feed(chunk)] + telling.end()
    raw = b"".join(b"event: %s\ndata: %s\n\n" % (kind.encode(), body) for kind, body in events)
    cuts = data.draw(st.lists(st.integers(1, len(raw) - 1), max_size=12).map(sorted))

    assert outlined(read(raw, cuts)) == said
