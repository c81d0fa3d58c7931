"""One socket, waited for on an event loop."""

import asyncio
import socket
import struct
import threading
from contextlib import contextmanager
from time import monotonic

import pytest
import uvloop

from dragoman.transport import NoAnswer
from dragoman.transport.line_aio import INBOX_BOUND, Line, Pools, Turn, places, ready
from dragoman.transport.pool import Pool
from dragoman.transport.sockets import RECEIVE


def soon():
    return monotonic() + 10


@contextmanager
def pair():
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    with ours, theirs:
        line = Line(ours, (BlockingIOError,))
        yield line, theirs
        line.drop()


def run(body):
    """Run a test's body with a line and its peer; nothing may be left for the loop to complain of."""
    complaints = []

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        with pair() as (line, peer):
            await body(line, peer)
        await asyncio.sleep(0)

    asyncio.run(main(), debug=True)
    assert complaints == []


def test_what_the_peer_sends_is_received_and_its_closing_is_an_empty_piece():
    async def body(line, peer):
        peer.sendall(b"hello")
        assert await line.receive(soon()) == b"hello"
        peer.close()
        assert await line.receive(soon()) == b""
        assert await line.receive(soon()) == b""

    run(body)


@pytest.mark.parametrize("size", [2, 3 * RECEIVE])
@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_a_reset_that_arrives_together_with_bytes_is_told_after_them(loop, size):
    async def main():
        with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as ours:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * RECEIVE)
            ours.connect(listener.getsockname())
            theirs, _ = listener.accept()
            ours.settimeout(0)
            line = Line(ours, (BlockingIOError,))
            theirs.sendall(b"M" * size)
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            theirs.close()

            came = 0
            while came < size:
                came += len(await line.receive(soon()))
            with pytest.raises(ConnectionResetError):
                await line.receive(soon())
            line.drop()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(main())


def test_nothing_in_time_is_told_and_a_later_deadline_after_an_earlier_one_holds():
    async def body(line, peer):
        for seconds in (0.05, 0.01, 0.03):
            began = monotonic()
            with pytest.raises(NoAnswer) as caught:
                await line.receive(began + seconds)
            assert caught.value.kind == "timeout"
            assert monotonic() >= began + seconds
        peer.sendall(b"x")
        assert await line.receive(float("inf")) == b"x"

    run(body)


def test_a_wait_outlives_the_alarm_of_an_earlier_one():
    async def body(line, peer):
        peer.sendall(b"first")
        assert await line.receive(monotonic() + 0.03) == b"first"
        asyncio.get_running_loop().call_later(0.1, peer.sendall, b"second")
        assert await line.receive(soon()) == b"second"

    run(body)


def test_what_arrives_is_poured_from_where_it_arrives_until_it_is_enough():
    async def body(line, peer):
        got = []

        def take(data):
            got.append((data, asyncio.current_task()))
            return 0.0 if data.endswith(b".") else soon()

        peer.sendall(b"first")
        await asyncio.sleep(0.01)
        pouring = asyncio.ensure_future(line.pour(take, soon()))
        await asyncio.sleep(0.01)
        peer.sendall(b"second")
        await asyncio.sleep(0.01)
        peer.sendall(b"third.")
        await pouring
        # What was there already is given by the task itself, what comes by nobody's.
        assert got == [(b"first", pouring), (b"second", None), (b"third.", None)]
        peer.sendall(b"the rest")
        assert await line.receive(soon()) == b"the rest"

    run(body)


def test_a_line_is_poured_to_its_end():
    async def body(line, peer):
        got = []

        def take(data):
            got.append(data)
            return soon() if data else 0.0

        pouring = asyncio.ensure_future(line.pour(take, soon()))
        await asyncio.sleep(0.01)
        peer.sendall(b"last")
        peer.close()
        await pouring
        assert b"".join(got) == b"last"
        assert got[-1] == b""

    run(body)


def test_pouring_waits_until_each_piece_says_and_no_longer():
    async def body(line, peer):
        times = [monotonic() + 0.05]
        asyncio.get_running_loop().call_later(0.02, peer.sendall, b"x")
        with pytest.raises(NoAnswer) as caught:
            await line.pour(lambda _: times.append(monotonic() + 0.1) or times[-1], times[0])
        assert caught.value.kind == "timeout"
        assert len(times) == 2
        assert monotonic() >= times[1]

    run(body)


def test_what_goes_wrong_in_taking_is_raised_where_it_is_waited_for():
    async def body(line, peer):
        def take(_):
            raise LookupError("planted")

        asyncio.get_running_loop().call_later(0.01, peer.sendall, b"x")
        with pytest.raises(LookupError, match="planted"):
            await line.pour(take, soon())
        peer.sendall(b"y")
        assert await line.receive(soon()) == b"y"

    run(body)


def test_a_line_that_is_dropped_is_poured_no_more():
    async def body(line, _):
        asyncio.get_running_loop().call_later(0.01, line.drop)
        with pytest.raises(NoAnswer) as caught:
            await line.pour(lambda _: soon(), soon())
        assert caught.value.kind == "closed"

    run(body)


def test_only_what_fits_is_sent_and_room_comes_when_the_peer_reads():
    async def body(line, peer):
        much = bytes(10_000_000)
        sent = line.offer(much)
        assert 0 < sent < len(much)
        assert line.offer(much) == 0
        with pytest.raises(NoAnswer):
            await line.room(monotonic() + 0.02)
        got = 0
        while got < sent:
            got += len(peer.recv(1 << 20))
        assert await line.room(soon()) is None

    run(body)


def test_waiting_for_room_gives_what_arrives_instead():
    async def body(line, peer):
        line.offer(bytes(10_000_000))
        peer.sendall(b"stop")
        assert await line.room(soon()) == b"stop"
        peer.close()
        with pytest.raises(OSError, match="reset"):
            # The peer closed with our bytes unread.
            await line.room(soon())

    run(body)


def test_a_reader_that_is_slow_makes_the_peer_wait():
    async def body(line, peer):
        peer.settimeout(0)
        sent = 0
        for _ in range(200):
            await asyncio.sleep(0)
            try:
                sent += peer.send(bytes(65536))
            except BlockingIOError:
                continue
        held = len(line._inbox)
        assert INBOX_BOUND <= held < 2 * INBOX_BOUND
        assert sent < 200 * 65536

        got = 0
        while got < sent:
            got += len(await line.receive(soon()))
        assert got == sent

    run(body)


def test_an_idle_line_is_stale_once_anything_has_come():
    async def body(line, peer):
        assert not line.stale()
        peer.sendall(b"x")
        await asyncio.sleep(0.01)
        assert line.stale()
        assert await line.receive(soon()) == b"x"
        peer.close()
        await asyncio.sleep(0.01)
        assert line.stale()

    run(body)


def test_dropping_from_another_thread_wakes_whoever_waits():
    async def body(line, peer):
        threading.Timer(0.03, line.drop).start()
        with pytest.raises(NoAnswer) as caught:
            await line.receive(soon())
        assert caught.value.kind == "closed"
        assert peer.recv(10) == b""
        with pytest.raises(NoAnswer):
            await line.receive(soon())

    run(body)


def test_two_tasks_cannot_read_one_line():
    async def body(line, peer):
        first = asyncio.create_task(line.receive(soon()))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="two tasks"):
            await line.receive(soon())
        peer.sendall(b"x")
        assert await first == b"x"

    run(body)


def test_a_cancelled_wait_leaves_the_line_as_it_was():
    async def body(line, peer):
        waiting = asyncio.create_task(line.receive(soon()))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        peer.sendall(b"x")
        assert await line.receive(soon()) == b"x"

    run(body)


def test_a_line_outlives_its_loop_quietly():
    async def main():
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        return Line(ours, (BlockingIOError,)), theirs

    line, peer = asyncio.run(main())
    with peer:
        line.drop()
        assert peer.recv(10) == b""


def test_the_first_socket_that_is_ready_is_told():
    async def main():
        ours, theirs = socket.socketpair()
        with ours, theirs:
            assert await ready((ours,), (), monotonic() + 0.02) is None
            assert await ready((), (ours,), soon()) is ours
            theirs.send(b"x")
            assert await ready((ours,), (), soon()) is ours
        assert await ready((), (), monotonic() + 0.01) is None

    asyncio.run(main())


def test_a_turn_comes_or_the_time_is_over():
    async def main():
        turn = Turn()
        assert not await turn.wait(monotonic() + 0.02)
        threading.Timer(0.02, turn.wake).start()
        assert await turn.wait(soon())
        return turn

    asyncio.run(main()).wake()


def test_addresses_need_no_looking_up():
    async def main():
        assert await places("127.0.0.1", 80, monotonic()) == [(socket.AF_INET, ("127.0.0.1", 80))]
        assert ("127.0.0.1", 80) in [address for _, address in await places("localhost", 80, soon())]

    asyncio.run(main())


def test_a_look_up_that_ends_after_its_loop_is_no_trouble(monkeypatch):
    asked, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def slow(*_, flags=0, **__):
        if flags:
            raise socket.gaierror(socket.EAI_NONAME, "not numeric")
        asked.set()
        go_on.wait(10)
        done.set()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with pytest.raises(NoAnswer, match="in time"):
        asyncio.run(places("slow.example", 80, monotonic() + 0.02))
    assert asked.is_set()
    go_on.set()
    assert done.wait(10)
    for thread in threading.enumerate():
        if thread.name == "look up slow.example":
            thread.join(10)


def test_every_loop_has_its_pool_and_the_pools_of_dead_loops_are_closed():
    pools = Pools(lambda: Pool(1.0, None))

    async def current():
        assert pools.current() is pools.current()
        return pools.current()

    first = asyncio.run(current())
    assert not first.closed
    second = asyncio.run(current())
    assert first.closed
    assert not second.closed
    pools.close(busy=True)
    assert second.closed
    assert asyncio.run(current()).closed
