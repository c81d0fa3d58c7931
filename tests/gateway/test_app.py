"""The endpoint as other people's clients see it: the real openai package, and bare HTTP."""

import asyncio
import json
import socket
import urllib.error
import urllib.request

import openai
import psutil
import pytest

from dragoman.gateway.app import Gateway
from dragoman.gateway.upstream import Upstream
from gateways import made
from scripted import READ, Scripted, answer
from serving import Served, until

HELLO = [{"role": "user", "content": "What is the capital of France?"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the current weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "maxLength": 30}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}


def test_openai_creates(client):
    completion = client.chat.completions.create(model="gpt-any", messages=HELLO, max_tokens=8, temperature=0)

    assert "Paris" in completion.choices[0].message.content
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens
    assert completion.model == "smollm2-135m-instruct"
    assert completion._request_id.startswith("req_")


def test_openai_streams(client):
    stream = client.chat.completions.create(model="m", messages=HELLO, max_tokens=8, temperature=0, stream=True)
    chunks = list(stream)

    assert "Paris" in "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason in {"stop", "length"}


def test_openai_sees_the_usage_of_a_stream_when_it_asks(client):
    stream = client.chat.completions.create(
        model="m", messages=HELLO, max_tokens=4, stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = stream

    assert last.choices == []
    assert last.usage.completion_tokens == 4
    assert all(chunk.usage is None for chunk in chunks)


def test_openais_own_accumulator_takes_our_stream(client):
    with client.chat.completions.stream(model="m", messages=HELLO, max_tokens=8, temperature=0) as stream:
        stream.until_done()
        completion = stream.get_final_completion()

    assert "Paris" in completion.choices[0].message.content


def test_openai_uses_tools(client):
    asked = [{"role": "user", "content": "What is the weather in Paris?"}]
    completion = client.chat.completions.create(
        model="m", messages=asked, tools=[WEATHER], tool_choice="required", temperature=0
    )

    call = completion.choices[0].message.tool_calls[0]
    assert completion.choices[0].finish_reason == "tool_calls"
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Paris"}
    answered = client.chat.completions.create(
        model="m",
        messages=[*asked, completion.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "21 °C"}],
        tools=[WEATHER],
        max_tokens=12,
    )
    assert answered.choices[0].message.content


def test_openai_streams_tool_calls_as_they_grow(client):
    stream = client.chat.completions.create(
        model="m",
        messages=[{"role": "user", "content": "Weather in Rome?"}],
        tools=[WEATHER],
        temperature=0,
        stream=True,
    )
    deltas = [call for chunk in stream for call in chunk.choices[0].delta.tool_calls or []]

    assert deltas[0].function.name == "get_weather"
    assert len(deltas) > 2
    assert json.loads("".join(delta.function.arguments for delta in deltas)) == {"city": "Rome"}


def test_openai_gets_json_that_matches_a_schema(client):
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0, "maximum": 120}},
        "required": ["name", "age"],
        "additionalProperties": False,
    }
    completion = client.chat.completions.create(
        model="m",
        messages=[{"role": "user", "content": "Describe a painter."}],
        response_format={"type": "json_schema", "json_schema": {"name": "painter", "schema": schema, "strict": True}},
    )

    found = json.loads(completion.choices[0].message.content)
    assert found.keys() == {"name", "age"}
    assert 0 <= found["age"] <= 120


def test_openai_gets_several_answers_and_log_probabilities(client):
    completion = client.chat.completions.create(
        model="m", messages=HELLO, n=5, max_tokens=4, seed=7, logprobs=True, top_logprobs=2
    )

    assert [choice.index for choice in completion.choices] == [0, 1, 2, 3, 4]
    assert len({choice.message.content for choice in completion.choices}) > 1
    token = completion.choices[4].logprobs.content[0]
    assert token.logprob <= 0
    assert len(token.top_logprobs) == 2


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"temperature": 3}, "temperature"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": 5, "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "narrator", "content": 5}]}, "messages[0]"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}}]}]}, "messages[0].content[0]"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"modalities": ["text", "audio"]}, "modalities"),
    ],
)  # fmt: skip
def test_openai_sees_a_wrong_request_as_its_own_error(client, given, param):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(**({"model": "m", "messages": HELLO} | given))

    assert caught.value.param == param
    assert caught.value.request_id.startswith("req_")
    assert "\n" not in caught.value.body["message"]


def test_a_prompt_that_does_not_fit_is_refused_by_its_code(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "long " * 5000}], stream=True)

    assert caught.value.code == "context_length_exceeded"


def test_openai_lists_models_and_sees_a_missing_one(client):
    assert [model.id for model in client.models.list()] == ["smollm2-135m-instruct"]
    assert client.models.retrieve("smollm2-135m-instruct").object == "model"
    with pytest.raises(openai.NotFoundError, match="there is no model 'org/none'"):
        client.models.retrieve("org/none")


def ask(gateway, path, method="GET", body=None, **headers):
    """A bare request; the status, the headers and the body of its answer."""
    url = gateway.url.removesuffix("/v1") + path
    request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


@pytest.mark.parametrize(
    ("path", "method", "status", "code"),
    [("/nope", "GET", 404, "not_found"), ("/v1/chat/completions", "GET", 405, "method_not_allowed"), ("/v1/models", "OPTIONS", 405, "method_not_allowed")],
)  # fmt: skip
def test_a_path_or_method_that_is_not_there_is_told_in_the_same_form(gateway, path, method, status, code):
    found, headers, body = ask(gateway, path, method)

    assert found == status
    assert json.loads(body)["error"]["code"] == code
    assert status != 405 or headers["allow"]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"[" * 100_000, b'{"model": "\xff"}', b"null"])
def test_a_body_that_is_no_request_is_one_clear_sentence(gateway, body):
    status, _, answer = ask(gateway, "/chat/completions", "POST", body)

    assert status == 400
    assert json.loads(answer)["error"]["type"] == "invalid_request_error"
    assert len(json.loads(answer)["error"]["message"]) < 200


def test_a_body_beyond_the_bound_is_refused(gateway):
    status, _, answer = ask(gateway, "/v1/chat/completions", "POST", b" " * (33 * 1024 * 1024))

    assert status == 413
    assert json.loads(answer)["error"]["code"] == "request_too_large"


def test_every_answer_has_a_name_which_may_be_the_callers_own(gateway):
    assert ask(gateway, "/healthz", **{"x-request-id": "mine-7"})[1]["x-request-id"] == "mine-7"
    assert ask(gateway, "/nope", **{"x-request-id": "a b\tc"})[1]["x-request-id"].startswith("req_")
    assert ask(gateway, "/healthz")[1]["openai-processing-ms"].isdigit()


def test_health_readiness_and_the_description(gateway):
    assert json.loads(ask(gateway, "/healthz")[2])["status"] == "ok"
    assert ask(gateway, "/readyz")[0] == 200
    assert json.loads(ask(gateway, "/openapi.json")[2])["openapi"] == "3.1.0"
    assert ask(gateway, "/readyz", "HEAD")[2] == b""


@pytest.mark.parametrize("name", ["..", "../../health", "%2e%2e/files", "a/%2E%2E/b", "."])
def test_a_models_name_cannot_reach_another_path_of_the_upstream(name):
    with Scripted([READ, answer(b"{}")]) as server, Served("--upstream", server.url("/v1")) as served:
        status, _, body = ask(served, f"/v1/models/{name}")

    assert status == 404
    assert json.loads(body)["error"]["code"] == "model_not_found"
    assert server.requests == []


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 400), (None, 400)]
)
def test_a_page_of_another_site_cannot_ask_through_its_readers_browser(gateway, site, status):
    headers = {"content-type": "text/plain"} | ({"sec-fetch-site": site} if site else {})

    assert ask(gateway, "/v1/chat/completions", "POST", b"{}", **headers)[0] == status


def test_a_page_at_a_name_that_its_owner_lets_lead_here_cannot_ask(gateway):
    where = "rebound.example:8000"
    status, _, told = ask(gateway, "/v1/chat/completions", "POST", b"{}", host=where, origin=f"http://{where}")

    assert (status, json.loads(told)["error"]["code"]) == (403, "cross_site")


def test_a_mistake_of_ours_is_an_answer_too_and_a_traceback_in_the_log_only(caplog, monkeypatch):
    async def broken(_):
        raise RuntimeError("planted")

    monkeypatch.setattr(Upstream, "models", broken)
    sent = []

    async def send(message):
        sent.append(message)

    async def main():
        running = made("http://127.0.0.1:9/v1")
        scope = {"type": "http", "method": "GET", "path": "/v1/models", "headers": [(b"x-request-id", b"mine")]}
        await Gateway(running)(scope, None, send)
        running.close()

    asyncio.run(main())

    assert sent[0]["status"] == 500
    assert json.loads(sent[1]["body"])["error"] == {
        "message": "the gateway failed, and its log says how",
        "type": "server_error",
        "param": None,
        "code": "internal_error",
    }
    assert "request mine failed" in caplog.text
    assert "planted" in caplog.text


def busy(gateway):
    """How many answers the model's own process is making, and how many requests it holds."""
    for child in psutil.Process(gateway.process.pid).children(recursive=True):
        told = next((word for word in child.cmdline() if word.startswith("{")), None)
        if told:
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(json.loads(told)["folder"] + "/engine.sock")
                line.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                health = json.loads(b"".join(iter(lambda: line.recv(65536), b"")).partition(b"\r\n\r\n")[2])
                return health["busy"], health["taken"]
    raise AssertionError("the model does not run")


@pytest.mark.parametrize("streamed", [True, False])
def test_the_model_is_free_again_when_its_callers_have_left(gateway, client, streamed):
    # It is started beside the gateway, and may have to be waited for.
    client.chat.completions.create(model="m", messages=HELLO, max_tokens=1)
    body = {"model": "m", "messages": [{"role": "user", "content": "Count to a thousand."}], "max_tokens": 1500}
    raw = json.dumps(body | {"stream": streamed, "seed": 1}).encode()
    port = int(gateway.url.split(":")[2].split("/")[0])
    callers = [socket.create_connection(("127.0.0.1", port)) for _ in range(8)]
    for caller in callers:
        caller.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (len(raw), raw)
        )
    assert until(lambda: busy(gateway)[1] == 8)
    for caller in callers:
        caller.close()

    assert until(lambda: busy(gateway) == (0, 0))
