"""What `atoma_sdk` sends, gives back and raises, over real sockets."""

import asyncio
import logging

import pytest

from answers import BODIES, CALLED, CALLS, COMPLETION, STREAM, document, step
from atoma_sdk import UNSET, AtomaSDK, models, utils
from dragoman.face.events import EventStream, EventStreamAsync
from scripted import LAST_CHUNK, READ, RESET, Scripted, answer, chunk, chunked, chunked_head, event, repeat

HELLO = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
DOCUMENTED = {
    "messages": [{"content": "Hello! How can you help me today?", "role": "user", "name": "john_doe"}],
    "model": "meta-llama/Llama-3.3-70B-Instruct",
    "frequency_penalty": 0,
    "max_tokens": 2048,
    "n": 1,
    "presence_penalty": 0,
    "seed": 123,
    "stop": ['json(["stop", "halt"])'],
    "temperature": 0.7,
    "top_p": 1,
    "user": "user-1234",
}


def sdk(server, **options):
    return AtomaSDK(bearer_auth="k", server_url=server.url(), **options)


def sent(**arguments):
    with Scripted([READ, document()]) as server, sdk(server) as atoma_sdk:
        atoma_sdk.chat.create(**HELLO | arguments)
        return server.requests[0].json


def test_the_documented_request_as_it_is_sent():
    assert sent(**DOCUMENTED) == DOCUMENTED | {"stream": False}


def test_where_it_is_sent():
    with Scripted([READ, document()], [READ, STREAM]) as server:
        with sdk(server) as atoma_sdk:
            atoma_sdk.chat.create(**HELLO)
        with sdk(server) as atoma_sdk:
            list(atoma_sdk.chat.create_stream(**HELLO))
        assert {request.line for request in server.requests} == {"POST /v1/chat/completions HTTP/1.1"}
        assert [request.json["stream"] for request in server.requests] == [False, True]
        assert [request.headers["accept"] for request in server.requests] == ["application/json", "text/event-stream"]
        assert server.requests[0].headers["authorization"] == "Bearer k"


NULLABLE = [
    "frequency_penalty", "functions", "logit_bias", "max_tokens", "n", "presence_penalty", "seed", "stop",
    "temperature", "tools", "top_p", "user",
]  # fmt: skip


@pytest.mark.parametrize("name", NULLABLE)
def test_none_is_null_and_not_given_is_left_out(name):
    assert name not in sent()
    assert name not in sent(**{name: UNSET})
    assert sent(**{name: None})[name] is None


@pytest.mark.parametrize("name", ["function_call", "response_format", "tool_choice"])
def test_none_is_left_out_where_any_type_goes(name):
    assert name not in sent(**{name: None})
    assert sent(**{name: {"type": None}})[name] == {"type": None}


def test_stream_may_be_null():
    assert sent(stream=None)["stream"] is None


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "content": [{"type": "text", "text": "x"}]},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": {}}]},
        {"role": "tool", "content": "x", "tool_call_id": "1"},
        {"role": "developer", "content": "x", "name": None},
    ],
)
def test_messages_are_sent_with_all_that_is_in_them(message):
    assert sent(messages=[message])["messages"] == [message]


def test_a_single_stop_is_sent_as_it_is():
    assert sent(stop="x")["stop"] == "x"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"max_tokens": "many"}, "create.max_tokens has to be a whole number, not str"),
        ({"messages": [{"role": "user"}]}, "create.messages[0] has no 'content'"),
    ],
)
def test_a_wrong_argument_is_a_sentence_and_nothing_is_sent(wrong, says):
    with Scripted([READ]) as server, sdk(server) as atoma_sdk:
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - its text is compared
            atoma_sdk.chat.create(**HELLO | wrong)
        assert str(caught.value) == says
        assert server.connections == []


def test_a_completion_and_everything_in_it():
    with Scripted([READ, document(COMPLETION | {"signature": "s"}), READ, document(CALLED)]) as server:
        with sdk(server) as atoma_sdk:
            completion = atoma_sdk.chat.create(**HELLO)
            called = atoma_sdk.chat.create(**HELLO)

    assert completion.choices[0].message == models.ChatCompletionMessage(role="assistant", content="Monet")
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage == models.CompletionUsage(prompt_tokens=3, completion_tokens=1, total_tokens=4)
    assert completion.signature == "s"
    assert completion.system_fingerprint is UNSET
    assert not completion.service_tier
    assert called.choices[0].message.content is None
    assert called.choices[0].message.tool_calls[0]["id"] == "1"


def test_a_stream_gives_events_with_data():
    with Scripted([READ, CALLS]) as server, sdk(server) as atoma_sdk:
        res = atoma_sdk.chat.create_stream(**HELLO)
        assert isinstance(res, EventStream)
        with res as event_stream:
            events = list(event_stream)

    assert all(isinstance(one, models.ChatCompletionStreamResponse) for one in events)
    assert events[1].data.choices[0].delta.tool_calls == [{"index": 0, "function": {"arguments": "{}"}}]
    assert events[1].data.choices[0].delta.content is UNSET
    assert events[2].data.choices[0].finish_reason == "tool_calls"
    assert events[3].data.usage.total_tokens == 5


def test_a_stream_ends_without_done_as_the_vendor_s_does():
    with Scripted([READ, chunked(step("Mo"), step(finish="stop"))]) as server, sdk(server) as atoma_sdk:
        assert [one.data.choices[0].delta.content for one in atoma_sdk.chat.create_stream(**HELLO)] == ["Mo", UNSET]


def test_all_of_it_asynchronously():
    async def main(server):
        async with sdk(server) as atoma_sdk:
            completion = await atoma_sdk.chat.create_async(**HELLO)
            stream = await atoma_sdk.chat.create_stream_async(**HELLO)
            async with stream as event_stream:
                return completion, [one async for one in event_stream], stream

    with Scripted([READ, document(), READ, STREAM]) as server:
        completion, events, stream = asyncio.run(main(server))

    assert completion.choices[0].message.content == "Monet"
    assert isinstance(stream, EventStreamAsync)
    assert [one.data.choices[0].delta.content for one in events] == ["Mo", "net", UNSET]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 429, 500, 503])
def test_a_status_is_an_api_error_whatever_the_body(status, body):
    with Scripted([repeat(READ, answer(BODIES[body], f"{status} X"))]) as server, sdk(server) as atoma_sdk:
        with pytest.raises(models.APIError) as caught:
            atoma_sdk.chat.create_stream(**HELLO)

    error = caught.value
    text = BODIES[body].decode()
    assert (error.message, error.status_code, error.body) == ("API error occurred", status, text)
    assert str(error) == f"API error occurred: Status {status}" + (f"\n{text}" if text else "")
    assert error.raw_response.status_code == status
    assert {error: 1}[models.APIError("API error occurred", status, text)] == 1


@pytest.mark.parametrize(("operation", "came"), [("create", STREAM), ("create_stream", document())])
def test_an_answer_of_the_other_kind_is_told(operation, came):
    with Scripted([READ, came]) as server, sdk(server) as atoma_sdk:
        with pytest.raises(models.APIError, match=r"Unexpected response received \(code: 200, type: ") as caught:
            getattr(atoma_sdk.chat, operation)(**HELLO)

    assert caught.value.status_code == 200


@pytest.mark.parametrize("body", [b"<", b"[]", b"{}"])
def test_a_200_that_is_no_completion(body):
    with Scripted([READ, answer(body)]) as server, sdk(server) as atoma_sdk, pytest.raises(models.APIError) as caught:
        atoma_sdk.chat.create(**HELLO)

    assert (caught.value.status_code, caught.value.body) == (200, body.decode())


def test_no_connection_is_under_the_base_class():
    with AtomaSDK(server_url="http://127.0.0.1:9") as atoma_sdk, pytest.raises(models.APIError) as caught:
        atoma_sdk.chat.create(**HELLO)

    assert caught.value.status_code == -1
    assert caught.value.raw_response is None


@pytest.mark.parametrize("ending", [RESET, LAST_CHUNK, chunk(event({"error": {"message": "no more"}})) + LAST_CHUNK])
def test_a_stream_that_breaks_off_raises_after_what_came(ending):
    with Scripted([READ, chunked_head() + chunk(step("Mo")), ending]) as server, sdk(server) as atoma_sdk:
        stream = atoma_sdk.chat.create_stream(**HELLO)
        first = next(stream)
        with pytest.raises(models.APIError) as caught:
            next(stream)

    assert first.data.choices[0].delta.content == "Mo"
    assert caught.value.partial.text == "Mo"


def test_retry_after_is_waited_for():
    busy = [READ, answer(b"{}", "503 X", {"Retry-After": "0.01"})]
    config = utils.RetryConfig(
        "backoff", utils.BackoffStrategy(60_000, 60_000, 1.0, 50_000), retry_connection_errors=False
    )
    with Scripted([*busy, READ, document()]) as server, sdk(server) as atoma_sdk:
        assert atoma_sdk.chat.create(**HELLO, retries=config).choices[0].message.content == "Monet"


def test_the_credential_s_variable_is_honoured_at_the_vendor_s_own(monkeypatch):
    monkeypatch.setenv("ATOMASDK_BEARER_AUTH", "sk-1")
    monkeypatch.delenv("DRAGOMAN_BASE_URL", raising=False)
    caller = AtomaSDK()._caller

    assert caller.address() == ("https://api.atoma.network", "/v1/chat/completions")
    assert ("authorization", "Bearer sk-1") in caller.call({}, caller._options, stream=False).request.headers


def test_its_debug_variable_logs_without_the_credential(monkeypatch, caplog):
    monkeypatch.setenv("ATOMASDK_DEBUG", "1")
    with Scripted([READ, document()]) as server, caplog.at_level(logging.DEBUG):
        with AtomaSDK(bearer_auth="sk-planted", server_url=server.url()) as atoma_sdk:
            atoma_sdk.chat.create(**HELLO)

    assert "/v1/chat/completions" in caplog.text
    assert "sk-planted" not in caplog.text


def test_the_constructor_s_edges():
    with pytest.raises(IndexError):
        AtomaSDK(server_idx=1)
    assert repr(AtomaSDK(bearer_auth="sk-planted")) == "AtomaSDK('https://api.atoma.network')"
    with pytest.raises(AttributeError, match="covers chat"):
        _ = AtomaSDK().embeddings
