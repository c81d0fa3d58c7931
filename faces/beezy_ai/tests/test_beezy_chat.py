"""What `beezy_ai` sends, gives back and raises, over real sockets."""

import asyncio
import json

import pytest

import beezy_ai
from answers import BODIES, CALLED, CALLS, COMPLETION, STREAM, document, step
from beezy_ai import BeezyAI, models, utils
from scripted import LAST_CHUNK, READ, RESET, Hold, Scripted, answer, chunk, chunked_head, event, repeat

MESSAGES = [{"role": beezy_ai.ChatCompletionRole.USER, "content": "hi"}]
HELLO = {"model": "m", "messages": MESSAGES}
SENT = {
    "model": "m",
    "messages": [{"role": "user", "content": "hi"}],
    "temperature": 0.7,
    "top_p": 1.0,
    "max_tokens": None,
    "random_seed": None,
}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the current weather in a given location.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def sdk(server, **options):
    return BeezyAI(api_key_auth="k", server_url=server.url("/v1"), **options)


def sent(request, operation="create"):
    with Scripted([READ, document() if operation == "create" else STREAM]) as server, sdk(server) as s:
        found = getattr(s.chat, operation)(request=request)
        if operation == "stream":
            list(found)
        assert server.requests[0].line == "POST /v1/chat/completions HTTP/1.1"
        return server.requests[0].json


@pytest.mark.parametrize(
    ("request_", "adds"),
    [
        ({}, {}),
        ({"max_tokens": 64, "random_seed": 1337}, {"max_tokens": 64, "random_seed": 1337}),
        ({"temperature": None, "top_p": None}, {"temperature": None, "top_p": None}),
        ({"safe_prompt": True}, {"safe_prompt": True}),
        ({"response_format": {"type": "json_object"}}, {"response_format": {"type": "json_object"}}),
        ({"tools": [WEATHER]}, {"tools": [WEATHER], "tool_choice": "auto", "safe_prompt": False}),
        ({"tools": [WEATHER], "tool_choice": "any"}, {"tools": [WEATHER], "tool_choice": "any", "safe_prompt": False}),
        (
            {"tools": [WEATHER], "response_format": {"type": "json_object"}},
            {"tools": [WEATHER], "tool_choice": "auto", "safe_prompt": False, "response_format": {"type": "json_object"}},
        ),
        (
            {"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "get_weather"}}},
            {"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "get_weather"}}, "safe_prompt": False},
        ),
        ({"stop": ["x"], "n": 2}, {"stop": ["x"], "n": 2}),
    ],
)  # fmt: skip
def test_what_each_request_sends(request_, adds):
    assert sent(HELLO | request_) == SENT | adds
    assert sent(HELLO | request_, "stream") == SENT | adds | {"stream": True}


@pytest.mark.parametrize(
    "request_",
    [
        models.ChatCompletionRequest(**HELLO),
        models.ChatCompletionStreamRequest(**HELLO),
        models.ChatCompletionRequest.model_validate(HELLO),
    ],
)
def test_models_are_as_good_as_dicts(request_):
    assert sent(request_) == SENT | ({"stream": True} if hasattr(request_, "STREAM") and request_.model_extra else {})


@pytest.mark.parametrize(
    "message",
    [
        {"role": "tool", "content": "x", "tool_call_id": "1", "name": "f"},
        {"role": "assistant", "content": "{", "prefix": True},
        {"role": "developer", "content": "x"},
    ],
)
def test_messages_are_sent_with_all_that_is_in_them(message):
    assert sent(HELLO | {"messages": [message]})["messages"] == [message]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"model": "m"}, "request has no 'messages'"),
        (HELLO | {"max_tokens": "many"}, "request.max_tokens has to be a whole number, not str"),
        ([1], "request has to be a dict or a model, not list"),
    ],
)
def test_a_wrong_request_is_a_sentence_and_nothing_is_sent(wrong, says):
    with Scripted([READ]) as server, sdk(server) as s:
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - its text is compared
            s.chat.create(request=wrong)
        assert str(caught.value) == says
        assert server.connections == []


def test_request_is_the_one_argument():
    with BeezyAI(api_key_auth="k") as s, pytest.raises(TypeError):
        s.chat.create(HELLO)


def test_a_completion_and_everything_in_it():
    odd = COMPLETION | {"choices": [COMPLETION["choices"][0] | {"finish_reason": "content_filter"}], "vendor": 1}
    with Scripted([READ, document(), READ, document(CALLED), READ, document(odd)]) as server, sdk(server) as s:
        completion = s.chat.create(request=HELLO)
        called = s.chat.create(request=HELLO)
        other = s.chat.create(request=HELLO)

    assert isinstance(completion, models.ChatCompletionResponse)
    assert completion.choices[0].message.content == "Monet"
    assert completion.choices[0].message.role is models.Role.ASSISTANT
    assert completion.choices[0].finish_reason is models.FinishReason.STOP
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.total_tokens == 4
    assert isinstance(called, models.ChatCompletionResponseFunctionCall)
    assert called.choices[0].message.tool_calls[0].id == "1"
    assert called.choices[0].message.tool_calls[0].type is models.ToolType.FUNCTION
    assert called.choices[0].message.tool_calls[0].function.arguments == "{}"
    assert (other.choices[0].finish_reason, other.vendor) == ("content_filter", 1)


def test_a_stream_gives_chunks_and_the_sentinel_last():
    with Scripted([READ, CALLS]) as server, sdk(server) as s:
        res = s.chat.stream(request=HELLO)
        assert res is not None
        events = list(res)

    assert [type(one) for one in events] == [models.ChatCompletionChoicesEvent] * 4 + [
        models.ChatCompletionSentinelEvent
    ]
    assert (events[-1].DATA, events[-1].data) == ("[DONE]", "[DONE]")
    assert events[0].data.choices[0].delta.tool_calls[0].function.name == "f"
    assert events[1].data.choices[0].delta.tool_calls[0].id is None
    assert events[3].data.usage.total_tokens == 5


def test_the_first_event_is_there_before_the_server_has_finished():
    hold = Hold()
    with Scripted([READ, chunked_head() + chunk(step("Mo")), hold, chunk(step(finish="stop")), LAST_CHUNK]) as server:
        with sdk(server) as s:
            stream = s.chat.stream(request=HELLO)
            assert next(stream).data.choices[0].delta.content == "Mo"
            hold.release()
            assert len(list(stream)) == 2


def test_all_of_it_asynchronously():
    async def main(server):
        async with sdk(server) as s:
            completion = await s.chat.create_async(request=HELLO)
            return completion, [one async for one in await s.chat.stream_async(request=HELLO)]

    with Scripted([READ, document(), READ, STREAM]) as server:
        completion, events = asyncio.run(main(server))

    assert completion.choices[0].message.content == "Monet"
    assert [one.data if one.data == "[DONE]" else one.data.choices[0].delta.content for one in events] == [
        "Mo",
        "net",
        None,
        "[DONE]",
    ]


TABLE = [
    (400, models.BadRequest),
    (401, models.Unauthorized),
    (403, models.Forbidden),
    (404, models.NotFound),
    (409, models.SDKError),
    (422, models.SDKError),
    (429, models.TooManyRequests),
    (500, models.InternalServerError),
    (502, models.SDKError),
    (503, models.ServiceUnavailable),
]


def raised(status, body):
    with Scripted([repeat(READ, answer(body, f"{status} X"))]) as server, sdk(server) as s:
        with pytest.raises(models.SDKError) as caught:
            s.chat.create(request=HELLO)
    return caught.value


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(("status", "cls"), TABLE)
def test_each_status_is_its_own_class_whatever_the_body(status, cls, body):
    error = raised(status, BODIES[body])

    assert type(error) is cls
    assert (error.status_code, error.body) == (status, BODIES[body].decode())
    assert error.headers["content-type"] == "application/json"
    assert isinstance(str(error), str)


def test_what_an_error_says():
    assert str(raised(401, b"")) == '{"description":"Unauthorized"}'
    vendor = raised(403, b'{"description":"no","extras":{"a":1},"key":null}')
    assert (vendor.data.description, vendor.data.extras, vendor.data.key) == ("no", {"a": 1}, None)
    assert str(vendor) == '{"description":"no","extras":{"a":1}}'
    assert json.loads(str(raised(400, BODIES["as documented"])))["error"]["message"] == "no"
    assert raised(400, BODIES["as documented"]).message == "no"
    assert str(raised(418, b"tea")) == "API error occurred: Status 418\ntea"


@pytest.mark.parametrize("body", [b"<", b"[]", b"{}"])
def test_a_200_that_is_no_completion(body):
    with Scripted([READ, answer(body)]) as server, sdk(server) as s, pytest.raises(models.SDKError) as caught:
        s.chat.create(request=HELLO)

    assert (caught.value.status_code, caught.value.body) == (200, body.decode())


@pytest.mark.parametrize(("operation", "came"), [("create", STREAM), ("stream", document())])
def test_an_answer_of_the_other_kind_is_told(operation, came):
    with Scripted([READ, came]) as server, sdk(server) as s:
        with pytest.raises(models.SDKError, match=r"Unexpected response received \(code: 200, type: "):
            getattr(s.chat, operation)(request=HELLO)


def test_no_connection_is_under_the_base_class():
    with BeezyAI(api_key_auth="k", server_url="http://127.0.0.1:9") as s, pytest.raises(models.SDKError) as caught:
        s.chat.create(request=HELLO)

    assert caught.value.status_code == -1


@pytest.mark.parametrize("ending", [RESET, LAST_CHUNK, chunk(event({"error": {"message": "no more"}})) + LAST_CHUNK])
def test_a_stream_that_breaks_off_raises_and_has_no_sentinel(ending):
    with Scripted([READ, chunked_head() + chunk(step("Mo")), ending]) as server, sdk(server) as s:
        stream = s.chat.stream(request=HELLO)
        next(stream)
        with pytest.raises(models.SDKError) as caught:
            next(stream)
        assert list(stream) == []

    assert caught.value.partial.text == "Mo"


def test_retries_only_where_configured():
    busy = [READ, answer(b"{}", "503 X")]
    config = utils.RetryConfig("backoff", utils.BackoffStrategy(1, 2, 1.0, 5000), retry_connection_errors=False)
    with Scripted([*busy, READ, document(), *busy]) as server, sdk(server, retry_config=config) as s:
        assert s.chat.create(request=HELLO).choices[0].message.content == "Monet"
        with pytest.raises(models.ServiceUnavailable):
            s.chat.create(request=HELLO, retries=None)


def test_a_time_out_under_both_its_names():
    with Scripted([READ], [READ]) as server:
        for name in ("timeout_config", "timeout_ms"):
            with sdk(server, **{name: 50}) as s, pytest.raises(models.SDKError, match=r"0\.05 s"):
                s.chat.create(request=HELLO)


def test_the_constructor_s_edges():
    with pytest.raises(ValueError, match='Invalid server "zzz"'):
        BeezyAI(api_key_auth="k", server="zzz")
    assert repr(BeezyAI(api_key_auth="sk-planted")) == "BeezyAI('https://api.beezy.ai/v1')"
    with pytest.raises(AttributeError, match="covers chat"):
        _ = BeezyAI(api_key_auth="k").fim
