"""One answer, and those who read it: all of it for each, however late, and never more in memory than may be."""

import asyncio
from functools import wraps

import pytest

from dragoman.asgi import Disconnected
from dragoman.gateway.repeats.work import AHEAD, Work
from dragoman.gateway.respond import Caller
from dragoman.gateway.tongue import CHAT

START = {"type": "http.response.start", "status": 200, "headers": [(b"x-request-id", b"r1")]}


def run(test):
    """A test on an event loop of its own."""

    @wraps(test)
    def ran():
        asyncio.run(test())

    return ran


class Reader:
    """A caller who writes down what it is told, and leaves when it is told to."""

    def __init__(self):
        self.told = []
        self.gone = asyncio.Event()
        self.caller = Caller("r2", self.receive, self.send, CHAT, [], [])

    async def receive(self):
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.told.append(message)

    @property
    def body(self):
        return b"".join(message["body"] for message in self.told[1:])

    @property
    def headers(self):
        return dict(self.told[0]["headers"])


def asked(work):
    """What stands in the place of whoever asked."""
    return work.asking(Reader().caller)


async def turns(count=10):
    for _ in range(count):
        await asyncio.sleep(0)


@run
async def test_each_reader_has_all_of_it_from_whenever_it_comes():
    work, first, second, third = Work(b"", 1.0), Reader(), Reader(), Reader()
    caller = asked(work)
    reading = asyncio.ensure_future(work.read(first.caller, again=False))
    await caller.send(START)
    caller.more(b"one ")
    await turns()
    joined = asyncio.ensure_future(work.read(second.caller, again=True))
    await turns()
    assert (first.body, second.body) == (b"one ", b"one ")

    caller.more(b"two")
    work.end()
    await reading
    await joined
    await work.read(third.caller, again=True)
    assert [first.body, second.body, third.body] == [b"one two"] * 3
    assert b"idempotent-replayed" not in first.headers
    assert second.headers == {b"x-request-id": b"r1", b"x-dragoman-repeats": b"1", b"idempotent-replayed": b"true"}
    assert third.told[-1] == {"type": "http.response.body", "body": b""}


@run
async def test_who_leaves_holds_up_nobody_and_the_last_one_who_leaves_is_waited_for():
    work, first, second = Work(b"", 60.0), Reader(), Reader()
    caller = asked(work)
    left = caller.receive.left
    await caller.send(START)
    reading = asyncio.ensure_future(work.read(first.caller, again=False))
    await turns()
    first.gone.set()
    with pytest.raises(Disconnected):
        await reading
    assert not left.happened

    joined = asyncio.ensure_future(work.read(second.caller, again=True))
    caller.more(b"said meanwhile")
    work.end()
    await joined
    assert second.body == b"said meanwhile"


@run
async def test_nobody_comes_back_and_it_is_left():
    work, reader = Work(b"", 0.01), Reader()
    gone = asyncio.ensure_future(asked(work).receive())
    reading = asyncio.ensure_future(work.read(reader.caller, again=False))
    await turns()
    reader.gone.set()
    with pytest.raises(Disconnected):
        await reading
    assert (await gone)["type"] == "http.disconnect"


@run
async def test_what_was_done_while_nobody_was_there_is_there_for_good():
    work, first, second = Work(b"", 0.01), Reader(), Reader()
    caller = asked(work)
    await caller.send(START)
    reading = asyncio.ensure_future(work.read(first.caller, again=False))
    await turns()
    first.gone.set()
    with pytest.raises(Disconnected):
        await reading
    caller.more(b"all")
    work.end()
    await asyncio.sleep(0.05)
    assert not work.stopped
    await work.read(second.caller, again=True)
    assert second.body == b"all"


@run
async def test_it_is_no_further_ahead_of_its_readers_than_may_be():
    work, reader = Work(b"", 60.0), Reader()
    caller = asked(work)
    await caller.send(START)
    held = caller.more(b"x" * (AHEAD + 1))
    assert held is not None
    waiting = asyncio.ensure_future(held)
    await turns()
    assert not waiting.done()

    reading = asyncio.ensure_future(work.read(reader.caller, again=False))
    await waiting
    assert caller.more(b"y") is None
    work.end()
    await reading
    assert reader.body == b"x" * (AHEAD + 1) + b"y"


@run
async def test_an_answer_in_one_piece_waits_for_nobody():
    work, reader = Work(b"", 60.0), Reader()
    caller = asked(work)
    await caller.send(START)
    await caller.send({"type": "http.response.body", "body": b"x" * 3 * AHEAD})
    work.end()
    await work.read(reader.caller, again=False)
    assert len(reader.body) == 3 * AHEAD


@run
async def test_what_it_failed_with_meets_every_reader_after_what_was_said():
    work, early, late = Work(b"", 60.0), Reader(), Reader()
    caller = asked(work)
    reading = asyncio.ensure_future(work.read(early.caller, again=False))
    await caller.send(START)
    caller.more(b"one")
    work.end(ValueError("broken"))
    for each in (reading, work.read(late.caller, again=True)):
        with pytest.raises(ValueError, match="broken"):
            await each
    assert (early.body, late.body) == (b"one", b"one")
    assert all(message.get("more_body", True) for message in early.told)
