"""Hooks around each attempt, over real sockets."""

import asyncio
import json

import httpx
import pytest

from dragoman.errors import APIError
from dragoman.face.caller import Caller, Face, Options
from dragoman.face.hooks import AfterErrorHook, AfterSuccessHook, BeforeRequestHook, HookContext
from dragoman.face.retries import BackoffStrategy, RetryConfig
from scripted import READ, Scripted, answer, chunked, event

DOCUMENT = answer(b'{"choices":[]}', headers={"Content-Type": "application/json"})
STREAM = chunked(
    event({"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}]}), event("[DONE]")
)
BUSY = answer(b"{}", "503 Service Unavailable")


class Refused(Exception):  # noqa: N818 - the face's own
    def __init__(self, error: APIError) -> None:
        super().__init__(str(error))


class Stop(Exception):  # noqa: N818 - a hook's own
    pass


class Watch(BeforeRequestHook, AfterSuccessHook, AfterErrorHook):
    def __init__(self, **outcomes):
        self.seen = []
        self.outcomes = outcomes

    def before_request(self, hook_ctx, request):
        self.seen.append(("before", hook_ctx.operation_id, request.method))
        request.headers["x-hooked"] = "1"
        return self.outcomes.get("before", request)

    def after_success(self, hook_ctx, response):
        self.seen.append(("success", hook_ctx.operation_id, response.status_code))
        return self.outcomes.get("success", response)

    def after_error(self, hook_ctx, response, error):
        self.seen.append(("error", response and response.status_code, type(error).__name__))
        return self.outcomes.get("error", (response, error))


FACE = Face(server="https://api.vendor.example/v1", credential="VENDOR_KEY", explain=Refused)
CONTEXT = HookContext("createChatCompletion")


def caller(url, watch, **options):
    made = Caller(FACE, key="k", options=Options(server_url=url, **options))
    made.hooks.register_before_request_hook(watch)
    made.hooks.register_after_success_hook(watch)
    made.hooks.register_after_error_hook(watch)
    return made


def ask(made, stream=False):
    return made.send(made.call({}, Options(), stream=stream), lambda: CONTEXT)


def test_a_hook_sees_and_changes_what_is_sent_and_sees_what_came():
    watch = Watch()
    with Scripted([READ, DOCUMENT, READ, STREAM]) as server:
        made = caller(server.url(), watch)
        assert ask(made).status_code == 200
        assert [chunk.text for chunk in ask(made, stream=True)] == ["x"]
        made.close()

        assert all(request.headers["x-hooked"] == "1" for request in server.requests)
    assert (
        watch.seen
        == [
            ("before", "createChatCompletion", "POST"),
            ("success", "createChatCompletion", 200),
        ]
        * 2
    )


def test_a_hook_runs_on_every_attempt():
    watch = Watch()
    retries = RetryConfig("backoff", BackoffStrategy(1, 1, 1.0, 5000), retry_connection_errors=False)
    with Scripted([READ, BUSY, READ, DOCUMENT]) as server:
        made = caller(server.url(), watch, retries=retries)
        ask(made)
        made.close()

    assert [seen[0] for seen in watch.seen] == ["before", "error", "before", "success"]


@pytest.mark.parametrize(("place", "steps"), [("before", []), ("success", [READ, DOCUMENT]), ("error", [READ, BUSY])])
def test_an_exception_that_a_hook_returns_is_raised(place, steps):
    with Scripted(steps) as server:
        made = caller(server.url(), Watch(**{place: Stop()}))
        with pytest.raises(Stop):
            ask(made)
        made.close()


def test_a_hook_may_put_another_answer_in_place():
    other = httpx.Response(
        200,
        content=b'{"choices":[1]}',
        headers={"content-type": "application/json"},
        request=httpx.Request("POST", "http://x"),
    )
    other.request.extensions["timeout"] = {}
    with Scripted([READ, BUSY]) as server:
        made = caller(server.url(), Watch(error=(other, None)))
        assert json.loads(ask(made).content) == {"choices": [1]}
        made.close()


def test_a_hook_sees_that_there_was_no_connection():
    watch = Watch()
    made = caller("http://127.0.0.1:9", watch)
    with pytest.raises(Refused):
        ask(made)
    made.close()

    assert watch.seen[-1] == ("error", None, "ConnectError")


def test_the_same_asynchronously():
    async def main(server, watch):
        made = caller(server.url(), watch)
        document = await made.asend(made.call({}, Options(), stream=False), lambda: CONTEXT)
        with pytest.raises(Refused):
            await made.asend(made.call({}, Options(), stream=False), lambda: CONTEXT)
        await made.aclose()
        return document

    watch = Watch()
    with Scripted([READ, DOCUMENT, READ, BUSY]) as server:
        assert asyncio.run(main(server, watch)).status_code == 200
    assert [seen[0] for seen in watch.seen] == ["before", "success", "before", "error"]
