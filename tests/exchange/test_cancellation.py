"""One call ended from elsewhere, whatever it waits for; all others go on."""

import asyncio
import socket
import threading
import time
from contextlib import ExitStack, contextmanager

import pytest

from answers import DONE, document, step
from dragoman import (
    AsyncDragoman,
    CallCancelledError,
    Cancellation,
    Dragoman,
    DragomanError,
    Retry,
    Timeouts,
)
from dragoman.hooks import Ended
from dragoman.transport.blocking import BlockingTransport
from scripted import READ, Hold, Scripted, answer, chunk, chunked, chunked_head, repeat

CALL = {"messages": "Who is the best French painter?", "model": "m"}
AT_ONCE = 2.0
"""Seconds: twenty times what is promised, for machines under load."""


class Blocking:
    """A call in a thread of its own."""

    def run(self, url, ask, **client):
        with Dragoman(url, retries=0, **client) as made:
            return ask(made)

    def create(self, url, cancel, **client):
        return self.run(url, lambda made: made.chat.create(**CALL, cancel=cancel), **client)

    def stream(self, url, cancel, seen=lambda: None):
        def ask(made):
            stream = made.chat.stream(**CALL, cancel=cancel)
            for _ in stream:
                seen()
            return stream

        return self.run(url, ask)


class Waiting:
    """The same in an event loop of that thread."""

    def run(self, url, ask, **client):
        async def main():
            async with AsyncDragoman(url, retries=0, **client) as made:
                return await ask(made)

        return asyncio.run(main())

    def create(self, url, cancel, **client):
        return self.run(url, lambda made: made.chat.create(**CALL, cancel=cancel), **client)

    def stream(self, url, cancel, seen=lambda: None):
        async def ask(made):
            stream = await made.chat.stream(**CALL, cancel=cancel)
            async for _ in stream:
                seen()
            return stream

        return self.run(url, ask)


@pytest.fixture(params=[Blocking(), Waiting()], ids=["blocking", "waiting"])
def colour(request):
    return request.param


def ended(call, waits=None, **client):
    """The error a call ends with that is cancelled once it `waits`, and how long that took."""
    cancel = Cancellation()
    caught = []

    def run():
        try:
            call(cancel, **client)
        except DragomanError as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    if waits is not None:
        assert waits(10)
    begun = time.monotonic()
    cancel.cancel()
    thread.join(10)
    assert not thread.is_alive()
    return caught[0], time.monotonic() - begun


@contextmanager
def clogged():
    """An address at which connecting neither succeeds nor fails."""
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            queued = waiting.enter_context(socket.socket())
            queued.settimeout(0)
            queued.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


def a_moment(_):
    time.sleep(0.1)
    return True


@pytest.mark.parametrize("asks", ["create", "stream"])
def test_a_call_that_waits_for_its_answer_ends_and_leaves_nothing_open(colour, asks):
    hold = Hold()
    with Scripted([READ, hold]) as server:
        url = server.url("/v1")
        error, seconds = ended(lambda cancel: getattr(colour, asks)(url, cancel), hold.reached.wait)
        hold.release()
        assert server.connections[0].left.wait(10)

    assert isinstance(error, CallCancelledError)
    assert not error.retryable
    assert (error.attempts, error.spent.source, error.history[0].error) == (1, "unknown", "CallCancelledError")
    assert seconds < AT_ONCE


def test_a_call_that_connects_ends(colour):
    with clogged() as url:
        timeouts = Timeouts(connect=60)
        error, seconds = ended(lambda cancel: colour.create(url, cancel, timeout=timeouts), a_moment)

    assert isinstance(error, CallCancelledError)
    assert seconds < AT_ONCE


def test_a_call_that_waits_for_a_connection_ends_and_leaves_the_queue():
    hold, texts = Hold(), []
    with Scripted([READ, hold, document(), READ, document()]) as server:
        with Dragoman(server.url("/v1"), retries=0, transport=BlockingTransport(max_connections=1)) as client:
            first = threading.Thread(target=lambda: texts.append(client.chat.create(**CALL).text))
            first.start()
            assert hold.reached.wait(10)
            error, seconds = ended(lambda cancel: client.chat.create(**CALL, cancel=cancel), a_moment)
            hold.release()
            first.join()
            texts.append(client.chat.create(**CALL).text)

    assert isinstance(error, CallCancelledError)
    assert seconds < AT_ONCE
    assert texts == ["Monet", "Monet"]


def test_a_call_that_waits_to_try_again_ends(colour):
    busy = answer(b'{"error":{"message":"busy"}}', "503 Service Unavailable")
    with Scripted([repeat(READ, busy)]) as server:
        url = server.url("/v1")
        ask = {**CALL, "retries": Retry(times=3, first=60, longest=60)}
        error, seconds = ended(
            lambda cancel: colour.run(url, lambda made: made.chat.create(**ask, cancel=cancel)), a_moment
        )

    assert isinstance(error, CallCancelledError)
    assert [each.error for each in error.history] == ["OverloadedError", "CallCancelledError"]
    assert (error.sent, error.spent.attempts) == (False, ("nothing", "nothing"))
    assert seconds < AT_ONCE


def test_a_stream_ends_with_what_had_arrived(colour):
    hold, seen = Hold(), threading.Event()
    with Scripted([READ, chunked_head() + chunk(step("Claude Mo")), hold]) as server:
        url = server.url("/v1")
        error, seconds = ended(lambda cancel: colour.stream(url, cancel, seen.set), seen.wait)
        hold.release()
        assert server.connections[0].left.wait(10)

    assert isinstance(error, CallCancelledError)
    assert (error.partial.text, error.spent.source) == ("Claude Mo", "partial")
    assert seconds < AT_ONCE


def test_others_on_the_same_client_are_not_disturbed():
    first, second = Hold(), Hold()
    with Scripted([READ, first, document()], [READ, second, document()]) as server:
        with Dragoman(server.url("/v1")) as client:
            texts = []
            other = threading.Thread(target=lambda: texts.append(client.chat.create(**CALL).text))
            other.start()
            assert first.reached.wait(10)
            error, _ = ended(lambda cancel: client.chat.create(**CALL, cancel=cancel), second.reached.wait)
            first.release()
            second.release()
            other.join()

    assert isinstance(error, CallCancelledError)
    assert texts == ["Monet"]


def test_a_call_that_is_answered_knows_nothing_of_its_token(colour):
    cancel = Cancellation()
    with Scripted([READ, document(), READ, chunked(step("Mo"), step("net", "stop"), DONE)]) as server:
        url = server.url("/v1")

        assert colour.create(url, cancel).text == "Monet"

    with Scripted([READ, chunked(step("Mo"), step("net", "stop"), DONE)]) as server:
        assert colour.stream(server.url("/v1"), cancel).text == "Monet"
    cancel.cancel()
    assert not cancel._bells


def test_a_used_up_token_ends_a_call_before_anything_is_sent(colour):
    cancel = Cancellation()
    cancel.cancel()
    with Scripted([READ, document()]) as server:
        with pytest.raises(CallCancelledError) as caught:
            colour.create(server.url("/v1"), cancel)

        assert server.connections == []
    assert (caught.value.sent, caught.value.spent.source) == (False, "nothing")


def test_nobody_else_is_asked_for_a_call_that_was_cancelled():
    hold, told = Hold(), []
    with Scripted([READ, hold]) as slow, Scripted([READ, document()]) as other:
        with Dragoman.any(slow.url("/v1"), other.url("/v1"), hooks=[told.append]) as client:
            error, _ = ended(lambda cancel: client.chat.create(**CALL, cancel=cancel), hold.reached.wait)
        hold.release()

        assert isinstance(error, CallCancelledError)
        assert other.connections == []
    (end,) = [moment for moment in told if isinstance(moment, Ended)]
    assert (end.outcome, end.spent.source, end.spent.attempts) == ("left", "unknown", ("unknown",))


def test_a_task_that_is_cancelled_from_outside_is_just_that():
    cancel = Cancellation()

    async def main(url):
        async with AsyncDragoman(url) as client:
            call = asyncio.ensure_future(client.chat.create(**CALL, cancel=cancel))
            await asyncio.sleep(0.05)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    hold = Hold()
    with Scripted([READ, hold]) as server:
        asyncio.run(main(server.url("/v1")))
        hold.release()


def test_a_token_says_whether_it_is_used_up():
    cancel = Cancellation()
    assert repr(cancel) == "<Cancellation, not cancelled>"

    cancel.cancel()
    cancel.cancel()

    assert (cancel.cancelled, repr(cancel)) == (True, "<Cancellation, cancelled>")


def test_a_bell_is_rung_once_it_is_too_late_and_not_when_it_is_forgotten():
    cancel, rung = Cancellation(), []
    place = cancel.listen(lambda: rung.append("forgotten"))
    cancel.listen(lambda: rung.append("kept"))
    cancel.forget(place)
    cancel.cancel()
    cancel.listen(lambda: rung.append("late"))

    assert rung == ["kept", "late"]
