"""How a face's client reaches its server, over real sockets."""

import asyncio
import gc
import json
import logging
import math

import httpx
import pytest

from dragoman.errors import APIError, ConnectionFailedError, InvalidRequestError, RateLimitError, TimeLimitError
from dragoman.face.caller import Caller, Face, Options
from dragoman.face.hooks import BeforeRequestHook, HookContext, Hooks
from dragoman.face.record import RawResponse
from dragoman.face.retries import BackoffStrategy, RetryConfig
from dragoman.stream import AsyncStream, Stream
from scripted import LEFT, READ, Scripted, answer, chunked, event

CONTEXT = HookContext("op")
BODY = {"model": "m", "messages": []}
COMPLETION = {
    "id": "c",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Monet"}, "finish_reason": "stop"}],
}
DOCUMENT = answer(json.dumps(COMPLETION).encode(), headers={"Content-Type": "application/json"})
STEP = {"id": "c", "choices": [{"index": 0, "delta": {"content": "Mo"}, "finish_reason": "stop"}]}
STREAM = chunked(event(STEP), event("[DONE]"))


class Refused(Exception):  # noqa: N818 - the face's own
    def __init__(self, error: APIError) -> None:
        super().__init__(str(error))
        self.error = error


class Untouched(BeforeRequestHook):
    def before_request(self, hook_ctx, request):
        return request


FACE = Face(
    server="https://api.vendor.example/v1", path="/v1/chat/completions", credential="VENDOR_KEY", explain=Refused
)


@pytest.fixture(autouse=True)
def _no_ambient(monkeypatch):
    for name in ("DRAGOMAN_BASE_URL", "DRAGOMAN_API_KEY", "VENDOR_KEY"):
        monkeypatch.delenv(name, raising=False)


def caller(server=None, key="sk-planted", **more):
    options = Options(server_url=server.url("/base") if server else None, **more.pop("options", {}))
    return Caller(FACE, key=key, options=options, **more)


def ask(made, stream=False, **options):
    return made.send(made.call(BODY, Options(**options), stream=stream), lambda: CONTEXT)


def header(server, name):
    return server.requests[-1].headers.get(name)


@pytest.mark.parametrize("stream", [False, True])
def test_the_return_follows_the_answer_not_the_question(stream):
    with Scripted([READ, DOCUMENT], [READ, STREAM]) as server:
        made = caller(server)
        first = ask(made, stream=stream)
        made.close()
        made = caller(server)
        second = ask(made, stream=stream)
        made.close()

    assert isinstance(first, RawResponse)
    assert first.json() == COMPLETION
    assert isinstance(second, Stream)


def test_the_same_asynchronously():
    async def main(server):
        made = caller(server)
        document = await made.asend(made.call(BODY, Options(), stream=False), lambda: CONTEXT)
        stream = await made.asend(made.call(BODY, Options(), stream=True), lambda: CONTEXT)
        texts = [chunk.text async for chunk in stream]
        await made.aclose()
        return document, stream, texts

    with Scripted([READ, DOCUMENT, READ, STREAM]) as server:
        document, stream, texts = asyncio.run(main(server))

    assert document.json() == COMPLETION
    assert isinstance(stream, AsyncStream)
    assert texts == ["Mo"]
    assert len(server.connections) == 1


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("sk-1", "Bearer sk-1"),
        ("Bearer sk-2", "Bearer sk-2"),
        ("bearer sk-3", "Bearer sk-3"),
        (lambda: " sk-4\n", "Bearer sk-4"),
        ("", None),
        ("  ", None),
        (None, None),
        (lambda: None, None),
    ],
)
def test_the_credential(key, sent):
    with Scripted([READ, DOCUMENT]) as server:
        made = caller(server, key=key)
        ask(made)
        made.close()

        assert header(server, "authorization") == sent


def test_a_credential_from_the_environment_stays_with_its_vendor(monkeypatch):
    monkeypatch.setenv("VENDOR_KEY", "sk-ambient")
    with Scripted([READ, DOCUMENT]) as server:
        made = caller(server, key="")
        ask(made)
        made.close()
        at_home = Caller(FACE, key=None, options=Options()).call(BODY, Options(), stream=False)

        assert header(server, "authorization") is None
        assert ("authorization", "Bearer sk-ambient") in at_home.request.headers


def test_a_gateway_s_address_and_credential_from_the_environment(monkeypatch):
    with Scripted([READ, DOCUMENT]) as server:
        monkeypatch.setenv("DRAGOMAN_BASE_URL", server.url("/v1/"))
        monkeypatch.setenv("DRAGOMAN_API_KEY", "sk-gateway")
        made = caller(key="")
        ask(made)
        made.close()

        assert server.requests[0].line == "POST /v1/chat/completions HTTP/1.1"
        assert header(server, "authorization") == "Bearer sk-gateway"


def test_an_address_of_the_program_s_own_beats_the_environment(monkeypatch):
    monkeypatch.setenv("DRAGOMAN_BASE_URL", "http://127.0.0.1:9/v1")

    assert Caller(FACE, key="", options=Options(server_url="http://a.example/")).address() == (
        "http://a.example",
        FACE.path,
    )
    assert Caller(FACE, key="", options=Options()).address("http://b.example") == ("http://b.example", FACE.path)


def test_an_address_that_is_none_is_refused():
    with pytest.raises(InvalidRequestError, match="is no address"):
        caller().call(BODY, Options(server_url="vendor"), stream=False)


@pytest.mark.parametrize("named", ["local", "groq", "127.0.0.1:8000"])
def test_what_only_other_clients_take_from_the_environment_is_refused_by_name(monkeypatch, named):
    monkeypatch.setenv("DRAGOMAN_BASE_URL", named)

    with pytest.raises(
        InvalidRequestError, match=f"DRAGOMAN_BASE_URL is '{named}', and the faces take addresses alone"
    ):
        caller().call(BODY, Options(), stream=False)


def test_the_caller_s_headers_win():
    with Scripted([READ, DOCUMENT]) as server:
        made = caller(server)
        ask(made, http_headers={"Accept": "x/y", "User-Agent": "mine", "X-Own": "1"})
        made.close()

        assert [header(server, name) for name in ("accept", "user-agent", "x-own")] == ["x/y", "mine", "1"]


@pytest.mark.parametrize(("stream", "accept"), [(False, "application/json"), (True, "text/event-stream")])
def test_what_is_accepted(stream, accept):
    assert ("accept", accept) in caller().call(BODY, Options(), stream=stream).request.headers


def test_one_attempt_by_default_and_as_many_as_configured():
    fast = RetryConfig("backoff", BackoffStrategy(1, 1, 1.0, 5000), retry_connection_errors=False)
    busy = [READ, answer(b"{}", "503 Service Unavailable")]
    with Scripted(busy, [*busy, *busy, READ, DOCUMENT]) as server:
        made = caller(server)
        with pytest.raises(Refused):
            ask(made)
        assert len(server.requests) == 1
        made.close()
        made = caller(server, options={"retries": fast})
        assert ask(made).json() == COMPLETION
        made.close()

    keys = {request.headers["idempotency-key"] for request in server.requests[1:]}
    assert (len(server.requests), len(keys)) == (4, 1)


def test_failures_are_the_face_s_own():
    with Scripted([READ, answer(b'{"error":{"message":"slow down"}}', "429 Too Many Requests")]) as server:
        made = caller(server)
        with pytest.raises(Refused) as caught:
            ask(made)
        made.close()
    assert isinstance(caught.value.error, RateLimitError)

    with pytest.raises(Refused) as caught:
        ask(Caller(FACE, key="", options=Options(server_url="http://127.0.0.1:9")))
    assert isinstance(caught.value.error, ConnectionFailedError)


@pytest.mark.parametrize("stream", [False, True])
def test_a_time_out_in_milliseconds(stream):
    with Scripted([READ, LEFT]) as server:
        made = caller(server, options={"timeout_ms": 60_000})
        with pytest.raises(Refused) as caught:
            ask(made, stream=stream, timeout_ms=80)
        made.close()

    assert isinstance(caught.value.error, TimeLimitError)


def test_a_client_of_the_user_s_carries_the_calls_and_stays_open():
    with Scripted([READ, DOCUMENT, READ, STREAM]) as server, httpx.Client(headers={"x-mine": "1"}) as client:
        made = caller(server, client=client)
        assert ask(made).json() == COMPLETION
        assert [chunk.text for chunk in ask(made, stream=True)] == ["Mo"]
        made.close()

        assert not client.is_closed
        assert header(server, "x-mine") == "1"


def test_an_async_client_of_the_user_s_too():
    async def main(server):
        async with httpx.AsyncClient() as client:
            made = caller(server, async_client=client)
            document = await made.asend(made.call(BODY, Options(), stream=False), lambda: CONTEXT)
            await made.aclose()
            return document, client.is_closed

    with Scripted([READ, DOCUMENT]) as server:
        document, closed = asyncio.run(main(server))

    assert document.json() == COMPLETION
    assert not closed


class Wrapped:
    """A user's own client, as the documents show it: it holds one of httpx's."""

    def __init__(self, client):
        self.client = client

    def build_request(self, *arguments, **options):
        return self.client.build_request(*arguments, **options)

    def send(self, request, **options):
        request.headers["x-wrapped"] = "yes"
        return self.client.send(request, **options)


def test_what_wraps_a_client_will_do():
    with Scripted([READ, DOCUMENT]) as server, httpx.Client() as client:
        made = caller(server, client=Wrapped(client))
        ask(made)

        assert header(server, "x-wrapped") == "yes"


def test_what_is_no_client_is_refused():
    with pytest.raises(AssertionError, match="send and build_request"):
        caller(client=object())


def test_the_logger_sees_everything_but_the_credential(caplog):
    with (
        caplog.at_level(logging.DEBUG),
        Scripted([READ, DOCUMENT, READ, STREAM, READ, answer(b"{}", "400 Bad Request")]) as server,
    ):
        made = caller(server, logger=logging.getLogger("face"))
        ask(made)
        list(ask(made, stream=True))
        with pytest.raises(Refused):
            ask(made)
        made.close()

    assert "Monet" in caplog.text
    assert "<streaming response>" in caplog.text
    assert "Status Code: 400" in caplog.text
    assert '"messages":[]' in caplog.text
    assert "sk-planted" not in caplog.text


def test_nor_does_it_see_other_credentials(caplog):
    refused = answer(b"{}", "400 Bad Request", headers={"Set-Cookie": "session=planted-cookie"})
    with caplog.at_level(logging.DEBUG), Scripted([READ, refused]) as server:
        made = Caller(
            FACE,
            key="sk-planted",
            options=Options(server_url=server.url("/base?api-key=planted-query&v=1")),
            logger=logging.getLogger("face"),
        )
        with pytest.raises(Refused):
            ask(
                made,
                http_headers={"X-Api-Key": "planted-header", "Authorization": "Basic planted-basic", "x-team": "t"},
            )
        made.close()

    assert "planted" not in caplog.text
    assert "'x-team': 't'" in caplog.text
    assert "&v=1" in caplog.text
    assert "api-key=planted-query" in server.requests[0].line


@pytest.mark.parametrize("hooked", [False, True])
def test_what_was_closed_before_its_first_call_is_closed(hooked):
    hooks = Hooks()
    if hooked:
        hooks.register_before_request_hook(Untouched())
    with Scripted() as server:
        made = caller(server, hooks=hooks)
        made.close()
        with pytest.raises(Refused, match="closed"):
            ask(made)


def test_so_it_is_asynchronously():
    async def main(server):
        made = caller(server)
        await made.aclose()
        with pytest.raises(Refused, match="closed"):
            await made.asend(made.call(BODY, Options(), stream=False), lambda: CONTEXT)

    with Scripted() as server:
        asyncio.run(main(server))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"timeout_ms": 0}, "milliseconds above 0, not 0"),
        ({"timeout_ms": "10"}, "milliseconds above 0, not '10'"),
        ({"timeout_ms": math.nan}, "milliseconds above 0, not nan"),
        ({"retries": 3}, "a RetryConfig, not a int"),
        ({"http_headers": [("a", "b")]}, "a mapping of names to values, not a list"),
        ({"http_headers": {"X-Team": 7}}, "the value of 'x-team' is a text, not a int"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(given, sentence):
    with pytest.raises(InvalidRequestError, match=sentence):
        caller().call(BODY, Options(**given), stream=False)


@pytest.mark.parametrize("key", [7, lambda: 7, b"k"])
def test_a_key_that_is_no_text_is_refused_in_words(key):
    with pytest.raises(InvalidRequestError, match="the key is a text"):
        caller(key=key).call(BODY, Options(), stream=False)


# httpx closes a connection only by awaiting, which its loop's end leaves no time for.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_hooks_see_the_calls_of_one_event_loop_after_the_other():
    async def main(made):
        return await made.asend(made.call(BODY, Options(), stream=False), lambda: CONTEXT)

    hooks = Hooks()
    hooks.register_before_request_hook(Untouched())
    with Scripted([READ, DOCUMENT], [READ, DOCUMENT]) as server:
        made = caller(server, hooks=hooks)
        assert [asyncio.run(main(made)).json() for _ in range(2)] == [COMPLETION, COMPLETION]
        del made
        gc.collect()


def test_what_hooks_see_ends_with_its_client():
    async def main(server):
        hooks = Hooks()
        hooks.register_before_request_hook(Untouched())
        made = caller(server, hooks=hooks)
        await made.asend(made.call(BODY, Options(), stream=False), lambda: CONTEXT)
        await made.aclose()
        with pytest.raises(Refused, match="closed"):
            await made.asend(made.call(BODY, Options(), stream=False), lambda: CONTEXT)

    with Scripted([READ, DOCUMENT]) as server:
        asyncio.run(main(server))
