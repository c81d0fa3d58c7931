"""What `r9s` sends, gives back and raises, over real sockets; and its documented example, on the real model."""

import asyncio

import pytest

from answers import BODIES, CALLS, COMPLETION, STREAM, document, step
from dragoman.face.events import EventStream, EventStreamAsync
from r9s import R9S, errors, models, utils
from scripted import LAST_CHUNK, READ, RESET, Scripted, answer, chunk, chunked_head, event, repeat

HELLO = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def sent(**arguments):
    with Scripted([READ, document()]) as server, R9S(api_key="k", server_url=server.url("/v1")) as r9_s:
        r9_s.chat.create(**HELLO | arguments)
        return server.requests[0].json


def test_the_least_that_is_sent():
    assert sent() == {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": False}


@pytest.mark.parametrize(
    ("arguments", "adds"),
    [
        ({"stream": None}, {"stream": None}),
        ({"frequency_penalty": 1, "logit_bias": {"5": 1}}, {"frequency_penalty": 1.0, "logit_bias": {"5": 1.0}}),
        ({"temperature": None, "stop": None, "tools": None}, {}),
        ({"stop": "x"}, {"stop": "x"}),
        ({"stop": ["x", "y"]}, {"stop": ["x", "y"]}),
        ({"audio": {"voice": "nova", "format_": "mp3"}}, {"audio": {"voice": "nova", "format": "mp3"}}),
        ({"audio": models.Audio(format="wav")}, {"audio": {"format": "wav"}}),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema_": {"type": "object"}, "strict": True}}},
            {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": True}}},
        ),
        (
            {"tools": [{"type": "function", "function": {"name": "f", "strict": True, "parameters": {"type": "object"}}}]},
            {"tools": [{"type": "function", "function": {"name": "f", "strict": True, "parameters": {"type": "object"}}}]},
        ),
        ({"tool_choice": "required"}, {"tool_choice": "required"}),
        ({"tool_choice": "perhaps", "modalities": ["image"]}, {"tool_choice": "perhaps", "modalities": ["image"]}),
        ({"reasoning_effort": "minimal"}, {"reasoning_effort": "minimal"}),
        ({"tool_choice": models.Two(function={"name": "f"})}, {"tool_choice": {"type": "function", "function": {"name": "f"}}}),
        ({"service_tier": "flex"}, {"service_tier": "flex"}),
        ({"stream_options": {"include_usage": True}}, {"stream_options": {"include_usage": True}}),
        ({"metadata": {"a": None}, "store": False, "top_k": 5}, {"metadata": {"a": None}, "store": False, "top_k": 5}),
    ],
)  # fmt: skip
def test_what_each_parameter_sends(arguments, adds):
    least = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": False}
    wanted = {name: value for name, value in (least | adds).items() if value is not None or name == "metadata"}

    assert sent(**arguments) == wanted


@pytest.mark.parametrize(
    ("message", "goes"),
    [
        (models.Message(role="user", content="x"), {"role": "user", "content": "x"}),
        ({"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
         {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}),
        ({"role": "assistant"}, {"role": "assistant"}),
        ({"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}]},
         {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}]}),
        ({"role": "developer", "content": "x"}, {"role": "developer", "content": "x"}),
    ],
)  # fmt: skip
def test_messages_are_sent_with_all_that_is_in_them(message, goes):
    assert sent(messages=[message])["messages"] == [goes]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"max_tokens": 7.5}, "create.max_tokens has to be a whole number, not float"),
        ({"messages": "hi"}, "create.messages has to be a list, not str"),
        ({"messages": [{"content": "x"}]}, "create.messages[0] has no 'role'"),
    ],
)
def test_a_wrong_argument_is_a_sentence_and_nothing_is_sent(wrong, says):
    with Scripted([READ]) as server, R9S(api_key="k", server_url=server.url()) as r9_s:
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - its text is compared
            r9_s.chat.create(**HELLO | wrong)
        assert str(caught.value) == says
        assert server.connections == []


def test_a_misspelt_argument_is_a_type_error():
    with R9S() as r9_s, pytest.raises(TypeError, match="max_token"):
        r9_s.chat.create(**HELLO, max_token=5)


def test_a_completion_and_everything_in_it():
    vendor = COMPLETION | {
        "choices": [COMPLETION["choices"][0] | {"finish_reason": "new_reason", "logprobs": {"content": [1]}}],
        "vendor": {"x": 1},
    }
    with Scripted([READ, document(vendor)]) as server, R9S(api_key="k", server_url=server.url()) as r9_s:
        completion = r9_s.chat.create(**HELLO)

    assert isinstance(completion, models.ChatCompletionResponse)
    assert completion.choices[0].message.content == "Monet"
    assert completion.choices[0].finish_reason == "new_reason"
    assert completion.choices[0].logprobs.content == [1]
    assert completion.usage == models.Usage(prompt_tokens=3, completion_tokens=1, total_tokens=4)
    assert (completion.OBJECT, completion.object, completion.vendor) == ("chat.completion", "chat.completion", {"x": 1})
    assert completion.model_dump(by_alias=True, exclude_unset=True) == vendor


def test_a_completion_can_be_entered_like_a_stream():
    with Scripted([READ, document()]) as server, R9S(api_key="k", server_url=server.url()) as r9_s:
        res = r9_s.chat.create(**HELLO, stream=False)
        with res as event_stream:
            events = list(event_stream)
        with res as event_stream:
            again = list(event_stream)

    assert events == again == [res]


def test_a_stream_gives_bare_chunks():
    with Scripted([READ, STREAM]) as server, R9S(api_key="k", server_url=server.url()) as r9_s:
        res = r9_s.chat.create(**HELLO, stream=True)
        assert isinstance(res, EventStream)
        with res as event_stream:
            chunks = list(event_stream)
        assert server.requests[0].json["stream"] is True
        assert server.requests[0].headers["accept"] == "text/event-stream"

    assert all(isinstance(one, models.ChatCompletionStreamEvent) for one in chunks)
    assert "".join(one.choices[0].delta.content or "" for one in chunks) == "Monet"
    assert [one.choices[0].finish_reason for one in chunks] == [None, None, "stop"]


def test_continued_tool_calls_and_the_usage_chunk():
    with Scripted([READ, CALLS]) as server, R9S(api_key="k", server_url=server.url()) as r9_s:
        chunks = list(r9_s.chat.create(**HELLO, stream=True))

    assert chunks[1].choices[0].delta.tool_calls[0].function.arguments == "{}"
    assert chunks[1].choices[0].delta.tool_calls[0].id is None
    assert chunks[3].choices == []
    assert chunks[3].usage.total_tokens == 5


def test_all_of_it_asynchronously():
    async def main(server):
        async with R9S(api_key="k", server_url=server.url()) as r9_s:
            res = await r9_s.chat.create_async(**HELLO)
            async with res as once:
                events = [one async for one in once]
            stream = await r9_s.chat.create_async(**HELLO, stream=True)
            async with stream as event_stream:
                return events, [one async for one in event_stream], stream

    with Scripted([READ, document(), READ, STREAM]) as server:
        events, chunks, stream = asyncio.run(main(server))

    assert events[0].choices[0].message.content == "Monet"
    assert isinstance(stream, EventStreamAsync)
    assert len(chunks) == 3


TABLE = [
    (400, errors.BadRequestError),
    (401, errors.AuthenticationError),
    (403, errors.PermissionDeniedError),
    (404, errors.R9SDefaultError),
    (409, errors.R9SDefaultError),
    (422, errors.UnprocessableEntityError),
    (429, errors.RateLimitError),
    (500, errors.InternalServerError),
    (502, errors.R9SDefaultError),
    (503, errors.ServiceUnavailableError),
]


def raised(status, body, kind="application/json"):
    with Scripted([repeat(READ, answer(body, f"{status} X", {"Content-Type": kind}))]) as server:
        with R9S(api_key="k", server_url=server.url()) as r9_s, pytest.raises(errors.R9SError) as caught:
            r9_s.chat.create(**HELLO)
    return caught.value


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(("status", "cls"), TABLE)
def test_each_status_is_its_own_class_whatever_the_body(status, cls, body):
    error = raised(status, BODIES[body])

    assert type(error) is cls
    assert error.status_code == status
    assert error.body == BODIES[body].decode()
    assert error.headers["content-type"] == "application/json"
    assert error.raw_response.status_code == status


def test_what_an_error_says():
    error = raised(400, BODIES["as documented"])
    assert (str(error), error.message) == ("no", "no")
    assert (error.data.error.type, error.data.error.code, error.data.error.param) == ("t", "c", None)
    assert str(raised(404, b'{"x":1}')) == 'API error occurred: Status 404. Body: {"x":1}'
    assert (
        str(raised(502, b"", "text/html; charset=utf-8"))
        == 'API error occurred: Status 502 Content-Type "text/html; charset=utf-8". Body: ""'
    )
    assert str(raised(201, b"{}")) == "Unexpected response received: Status 201. Body: {}"
    assert str(raised(502, b"x" * 10_007)).endswith("...and 7 more chars")


def test_an_answer_without_a_body():
    assert str(raised(204, b"")) == 'Unexpected response received: Status 204. Body: ""'
    assert raised(404, b"").body == ""


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"null", b"{}", b""])
def test_a_200_that_is_no_completion(body):
    error = raised(200, body)

    assert isinstance(error, errors.ResponseValidationError)
    assert error.status_code == 200
    assert isinstance(error.cause, ValueError)


def test_no_connection_is_under_the_base_class():
    with R9S(server_url="http://127.0.0.1:9") as r9_s, pytest.raises(errors.NoResponseError) as caught:
        r9_s.chat.create(**HELLO)

    assert isinstance(caught.value, errors.R9SError)
    assert caught.value.status_code == -1
    assert "127.0.0.1:9" in str(caught.value)


@pytest.mark.parametrize(
    "ending", [RESET, LAST_CHUNK, chunk(event({"error": {"message": "no more", "code": 503}})) + LAST_CHUNK]
)
def test_a_stream_that_breaks_off_raises_after_what_came(ending):
    with Scripted([READ, chunked_head() + chunk(step("Mo")), ending]) as server:
        with R9S(api_key="k", server_url=server.url()) as r9_s:
            stream = r9_s.chat.create(**HELLO, stream=True)
            first = next(stream)
            with pytest.raises(errors.R9SError) as caught:
                next(stream)

    assert first.choices[0].delta.content == "Mo"
    assert caught.value.partial.text == "Mo"


def test_retries_only_where_configured():
    busy = [READ, answer(b"{}", "503 X", {"Retry-After": "0.01"})]
    config = utils.RetryConfig("backoff", utils.BackoffStrategy(1, 2, 1.0, 5000), retry_connection_errors=False)
    with Scripted([*busy, *busy, READ, document(), *busy]) as server:
        with R9S(api_key="k", server_url=server.url(), retry_config=config) as r9_s:
            assert r9_s.chat.create(**HELLO).choices[0].message.content == "Monet"
            with pytest.raises(errors.ServiceUnavailableError):
                r9_s.chat.create(**HELLO, retries=None)
        assert len(server.requests) == 4


def test_the_constructor_s_edges():
    with pytest.raises(IndexError):
        R9S(server_idx=1)
    assert repr(R9S(api_key="sk-planted")) == "R9S('https://api.r9s.ai/v1')"
    assert (
        R9S(server_url="https://{where}.example/v1", url_params={"where": "eu"})._caller.address()[0]
        == "https://eu.example/v1"
    )
    assert "sk-planted" not in repr(vars(R9S(api_key="x").sdk_configuration))
    with pytest.raises(AttributeError, match="covers chat"):
        _ = R9S().embeddings
