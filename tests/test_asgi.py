"""Bytes in and out of an ASGI app, as a server sees them: bodies, answers, streams, callers who leave."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman import asgi

LEAVES = {"type": "http.disconnect"}
FOREVER = 3600.0


def piece(body=b"", *, more=False):
    return {"type": "http.request", "body": body, "more_body": more}


class Caller:
    """A server's side of one request: what it tells the app, and what the app sends.

    Attributes:
        sent: the messages of the answer so far.
    """

    def __init__(self, *tells):
        self.sent = []
        self._tells = asyncio.Queue()
        self._news = asyncio.Condition()
        for message in tells:
            self._tells.put_nowait(message)

    async def receive(self):
        return await self._tells.get()

    async def send(self, message):
        async with self._news:
            self.sent.append(message)
            self._news.notify_all()

    def leave(self):
        self._tells.put_nowait(LEAVES)

    async def got(self, count):
        """Wait until so many pieces of a body were sent."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.pieces) >= count)

    @property
    def pieces(self):
        return [message["body"] for message in self.sent if message["type"] == "http.response.body"]


async def no_others():
    """See that no task outlives what was tested."""
    assert asyncio.all_tasks() == {asyncio.current_task()}


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=5))
def test_a_body_is_the_same_however_it_comes(pieces):
    async def main():
        caller = Caller(*(piece(part, more=True) for part in pieces[:-1]), piece(pieces[-1]))
        return await asgi.read_body(caller.receive, 1000)

    assert asyncio.run(main()) == b"".join(pieces)


def test_a_body_may_be_left_out_of_a_message():
    async def main():
        return await asgi.read_body(Caller({"type": "http.request"}).receive, 0)

    assert asyncio.run(main()) == b""


def test_a_body_may_be_as_long_as_its_bound_and_no_longer():
    async def main():
        fits = Caller(piece(b"ab", more=True), piece(b"c"))
        assert await asgi.read_body(fits.receive, 3) == b"abc"

        too_long = Caller(piece(b"ab", more=True), piece(b"cd", more=True), piece(b"unread"))
        with pytest.raises(asgi.BodyTooLarge):
            await asgi.read_body(too_long.receive, 3)
        assert await too_long.receive() == piece(b"unread")

    asyncio.run(main())


def test_a_caller_may_leave_before_the_end_of_the_body():
    async def main():
        with pytest.raises(asgi.Disconnected):
            await asgi.read_body(Caller(piece(b"{", more=True), LEAVES).receive, 1000)

    asyncio.run(main())


def test_a_document_is_answered_with_its_length_and_type():
    async def main():
        caller = Caller()
        await asgi.respond(caller.send, 404, "é".encode(), [(b"x-request-id", b"7")])
        await asgi.respond(caller.send, 200, b"", content_type=b"text/html")
        return caller.sent

    first, body, second, empty = asyncio.run(main())
    assert first == {
        "type": "http.response.start",
        "status": 404,
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"2"), (b"x-request-id", b"7")],
    }
    assert body == {"type": "http.response.body", "body": "é".encode()}
    assert (b"content-type", b"text/html") in second["headers"]
    assert (b"content-length", b"0") in second["headers"]
    assert empty["body"] == b""


def test_a_caller_is_gone_when_the_server_says_so():
    async def main():
        caller = Caller(piece(b"the rest of a body"), LEAVES)
        await asgi.gone(caller.receive)

    asyncio.run(main())


def test_work_for_a_caller_who_stays_is_done():
    async def main():
        async def work():
            await asyncio.sleep(0)
            return "done"

        assert await asgi.unless_gone(Caller().receive, work()) == "done"
        await no_others()

    asyncio.run(main())


def test_what_work_raises_goes_through():
    async def main():
        async def work():
            raise LookupError("planted")

        with pytest.raises(LookupError, match="planted"):
            await asgi.unless_gone(Caller().receive, work())
        await no_others()

    asyncio.run(main())


def test_work_for_a_caller_who_leaves_is_cancelled_and_has_ended():
    async def main():
        ended = []
        caller = Caller()

        async def work():
            caller.leave()
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                ended.append(True)

        with pytest.raises(asgi.Disconnected):
            await asgi.unless_gone(caller.receive, work())
        assert ended == [True]
        await no_others()

    asyncio.run(main())


def test_work_that_fails_while_it_is_cancelled_is_not_reported_as_lost():
    async def main():
        reported = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
        caller = Caller()

        async def work():
            caller.leave()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise OSError("closing failed") from None

        with pytest.raises(asgi.Disconnected):
            await asgi.unless_gone(caller.receive, work())
        return reported

    assert asyncio.run(main()) == []


def test_work_that_is_done_counts_though_the_caller_left_at_the_same_moment():
    async def main():
        work = asyncio.get_running_loop().create_future()
        work.set_result("done")
        await asgi.settled(Caller(LEAVES).receive, work)
        assert work.result() == "done"

    asyncio.run(main())


def test_waiting_for_work_ends_after_its_seconds_and_leaves_the_work_running():
    async def main():
        work = asyncio.get_running_loop().create_future()
        await asgi.settled(Caller().receive, work, 0.001)
        assert not work.done()
        await no_others()

    asyncio.run(main())


def events(*pieces):
    async def tell(say):
        for each in pieces:
            await asgi.said(say, each)

    return tell


def test_a_stream_is_sent_piece_by_piece_and_ended():
    async def main():
        caller = Caller()
        await asgi.stream(
            caller.send, caller.receive, events(b"data: 1\n\n", b"data: 2\n\n"), keep_alive=FOREVER, headers=[(b"x-a", b"b")]
        )  # fmt: skip
        await no_others()
        return caller.sent

    start, *pieces = asyncio.run(main())
    assert start["status"] == 200
    assert dict(start["headers"]) == {
        b"content-type": b"text/event-stream; charset=utf-8",
        b"cache-control": b"no-cache",
        b"x-accel-buffering": b"no",
        b"x-a": b"b",
    }
    assert [(said["body"], said.get("more_body", False)) for said in pieces] == [
        (b"data: 1\n\n", True),
        (b"data: 2\n\n", True),
        (b"", False),
    ]


class Pieces:
    """A stream that says nothing until it is told to, and knows whether it was left."""

    def __init__(self):
        self.next = asyncio.Queue()
        self.said = 0
        self.closed = 0

    async def __call__(self, say):
        try:
            while (said := await self.next.get()) is not None:
                if isinstance(said, BaseException):
                    raise said
                await asgi.said(say, said)
                self.said += 1
        finally:
            self.closed += 1


def test_a_stream_begins_at_once_and_comments_say_in_its_silence_that_it_lives():
    async def main():
        caller, pieces = Caller(), Pieces()
        answering = asyncio.ensure_future(asgi.stream(caller.send, caller.receive, pieces, keep_alive=0.001))
        await caller.got(2)
        said = caller.pieces[:2]
        pieces.next.put_nowait(b"data: 1\n\n")
        pieces.next.put_nowait(None)
        await answering
        await no_others()
        return said, caller.sent

    said, sent = asyncio.run(main())
    assert said == [asgi.KEEP_ALIVE, asgi.KEEP_ALIVE]
    assert asgi.KEEP_ALIVE.startswith(b":")
    assert asgi.KEEP_ALIVE.endswith(b"\n\n")
    assert sent[0]["type"] == "http.response.start"
    assert [message["body"] for message in sent[1:] if message["body"] != asgi.KEEP_ALIVE] == [b"data: 1\n\n", b""]
    assert sent[-1] == {"type": "http.response.body", "body": b""}


def test_a_caller_who_leaves_ends_the_stream_at_once():
    async def main():
        caller, pieces = Caller(), Pieces()
        answering = asyncio.ensure_future(asgi.stream(caller.send, caller.receive, pieces, keep_alive=FOREVER))
        pieces.next.put_nowait(b"data: 1\n\n")
        await caller.got(1)
        caller.leave()
        with pytest.raises(asgi.Disconnected):
            await answering
        await no_others()
        return pieces.closed, caller.pieces

    assert asyncio.run(main()) == (1, [b"data: 1\n\n"])


def test_a_stream_that_fails_is_closed_and_not_ended():
    async def main():
        caller, pieces = Caller(), Pieces()
        pieces.next.put_nowait(b"data: 1\n\n")
        pieces.next.put_nowait(LookupError("planted"))
        with pytest.raises(LookupError, match="planted"):
            await asgi.stream(caller.send, caller.receive, pieces, keep_alive=FOREVER)
        await no_others()
        return pieces.closed, caller.sent[-1]

    assert asyncio.run(main()) == (1, {"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})


@pytest.mark.parametrize("keep_alive", [0.001, FOREVER], ids=["in a comment", "in a piece"])
def test_a_server_that_has_nobody_to_send_to_is_a_caller_who_left(keep_alive):
    async def main():
        pieces = Pieces()
        if keep_alive == FOREVER:
            pieces.next.put_nowait(b"data: 1\n\n")

        async def send(message):
            if message["type"] == "http.response.body":
                raise OSError("nobody is there")

        with pytest.raises(asgi.Disconnected):
            await asgi.stream(send, Caller().receive, pieces, keep_alive=keep_alive)
        await no_others()
        return pieces.closed

    assert asyncio.run(main()) == 1


def test_no_more_is_taken_from_a_stream_than_the_caller_reads_and_no_comments_pile_up():
    async def main():
        caller, pieces, reads = Caller(), Pieces(), asyncio.Event()
        attempts = []

        async def send(message):
            if message["type"] == "http.response.body":
                attempts.append(message["body"])
                await reads.wait()
            await caller.send(message)

        for number in range(3):
            pieces.next.put_nowait(b"data: %d\n\n" % number)
        answering = asyncio.ensure_future(asgi.stream(send, caller.receive, pieces, keep_alive=0.001))
        # Many times the keep-alive: long enough for what must not happen.
        await asyncio.sleep(0.05)
        assert len(attempts) == 1
        assert pieces.said == 0
        reads.set()
        pieces.next.put_nowait(None)
        await answering
        return [body for body in caller.pieces if body != asgi.KEEP_ALIVE]

    assert asyncio.run(main()) == [b"data: 0\n\n", b"data: 1\n\n", b"data: 2\n\n", b""]


def test_an_answer_that_is_cancelled_leaves_nothing_behind():
    async def main():
        caller, pieces = Caller(), Pieces()
        answering = asyncio.ensure_future(asgi.stream(caller.send, caller.receive, pieces, keep_alive=0.001))
        await caller.got(1)
        answering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await answering
        await no_others()
        return pieces.closed

    assert asyncio.run(main()) == 1


def test_a_caller_of_whom_the_server_tells_by_itself_stops_the_work_without_being_asked():
    async def main():
        left = asgi.Left()
        caller = Caller()
        heard = asgi.listening({"extensions": {asgi.LEFT: left}}, caller.receive)

        async def work():
            await no_others()
            left.happen()
            await asyncio.Event().wait()

        with pytest.raises(asgi.Disconnected):
            await asgi.unless_gone(heard, work())
        # One that has left already is heard of as well.
        with pytest.raises(asgi.Disconnected):
            await asgi.unless_gone(heard, asyncio.Event().wait())
        assert asyncio.current_task().cancelling() == 0

    asyncio.run(main())


def test_work_that_someone_else_cancels_is_cancelled_and_not_left():
    async def main():
        async def work():
            asyncio.current_task().cancel()
            await asyncio.Event().wait()

        with pytest.raises(asyncio.CancelledError):
            await asgi.unless_gone(asgi.listening({"extensions": {asgi.LEFT: asgi.Left()}}, None), work())

    asyncio.run(main())


def test_who_wants_to_know_no_more_is_not_told():
    told = []
    left = asgi.Left()
    one, two = (lambda: told.append(1)), (lambda: told.append(2))
    left.tell(one)
    left.tell(two)
    left.forget(one)
    left.forget(one)
    left.happen()
    assert told == [2]
    assert left.happened
