"""The asynchronous transport among tasks and loops; what all colours share is in test_faults, _keeping, _reaching."""

import asyncio
import gc
import subprocess
import sys
import threading
from time import monotonic

import pytest
import uvloop

from dragoman.transport import NoAnswer
from dragoman.transport.aio import AsyncioTransport
from palette import BOUND, post, soon
from scripted import LEFT, READ, Hold, Scripted, answer, chunk, chunked_head, repeat

KEEPS = [repeat(READ, answer(b"again"))]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request):
    """Run a coroutine to its end on a new loop; nothing may be left for the loop to complain of."""

    def run(main):
        complaints = []

        async def watched():
            asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
            result = await main
            gc.collect()
            await asyncio.sleep(0)
            return result

        with asyncio.Runner(loop_factory=request.param) as runner:
            result = runner.run(watched())
        assert complaints == []
        return result

    return run


async def fetch(transport, url):
    got = await transport.send(post(url), soon())
    return await got.whole(soon(), BOUND)


def test_tasks_share_a_transport(run):
    async def main(server):
        transport = AsyncioTransport()
        got = await asyncio.gather(*[fetch(transport, server.url()) for _ in range(50)])
        again = await asyncio.gather(*[fetch(transport, server.url()) for _ in range(50)])
        transport.close()
        return got + again

    with Scripted(KEEPS) as server:
        assert run(main(server)) == [b"again"] * 100
        assert len(server.connections) <= 50


def test_tasks_take_turns_where_connections_are_few(run):
    async def main(server):
        transport = AsyncioTransport(max_connections=2)
        got = await asyncio.gather(*[fetch(transport, server.url()) for _ in range(30)])
        transport.close()
        return got

    with Scripted(KEEPS) as server:
        assert run(main(server)) == [b"again"] * 30
        assert len(server.connections) == 2


@pytest.mark.parametrize("moment", ["before the head", "in the body"])
def test_a_cancelled_call_drops_its_connection_at_once(run, moment):
    async def main(server):
        transport = AsyncioTransport()
        reached = asyncio.Event()

        async def call():
            if moment == "before the head":
                asyncio.get_running_loop().call_later(0.05, reached.set)
            got = await transport.send(post(server.url()), soon())
            assert await got.read(soon()) == b"one"
            asyncio.get_running_loop().call_soon(reached.set)
            await got.read(soon())

        task = asyncio.create_task(call())
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        del task
        assert await asyncio.to_thread(server.left)
        assert await fetch(transport, server.url()) == b"again"
        transport.close()

    stalls = [READ, LEFT] if moment == "before the head" else [READ, chunked_head(), chunk(b"one"), LEFT]
    with Scripted(stalls, KEEPS) as server:
        run(main(server))


def test_a_cancelled_wait_for_a_turn_takes_nothing_from_those_behind_it(run):
    async def main(server, hold):
        transport = AsyncioTransport(max_connections=1)
        busy = await transport.send(post(server.url()), soon())
        waiting = [asyncio.create_task(fetch(transport, server.url())) for _ in range(3)]
        await asyncio.sleep(0.02)
        waiting[0].cancel()
        hold.release()
        assert await busy.whole(soon(), BOUND) == b"one"
        # Its turn may have come in the very step in which it is cancelled.
        waiting[1].cancel()
        assert await waiting[2] == b"again"
        transport.close()

    hold = Hold()
    with Scripted([READ, chunked_head(), hold, chunk(b"one"), b"0\r\n\r\n", *KEEPS]) as server:
        run(main(server, hold))


def test_one_transport_serves_several_loops_one_after_the_other(run):
    transport = AsyncioTransport()
    with Scripted(KEEPS) as server:
        for _ in range(3):
            assert run(fetch(transport, server.url())) == b"again"
        # Each loop opened a connection of its own; that of a dead loop is closed when the next one comes by.
        assert server.left(0)
        assert server.left(1)
        transport.close()
        assert server.left(2)


def test_one_transport_serves_loops_in_several_threads():
    transport = AsyncioTransport()
    got = []
    with Scripted(KEEPS) as server:

        def work():
            async def several():
                return [await fetch(transport, server.url()) for _ in range(20)]

            got.extend(asyncio.run(several()))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        transport.close()
    assert got == [b"again"] * 80


def test_an_answer_outlives_its_loop_quietly(run):
    transport = AsyncioTransport()

    async def main(server):
        return await transport.send(post(server.url()), soon())

    with Scripted([READ, chunked_head(), chunk(b"one"), LEFT]) as server:
        got = run(main(server))
        del got
        assert server.left()
        transport.close()


@pytest.mark.parametrize("close", ["answer", "transport"])
def test_closing_from_another_thread_ends_a_read_that_waits(run, close):
    async def main(server):
        transport = AsyncioTransport()
        got = await transport.send(post(server.url()), soon())
        assert await got.read(soon()) == b"one"
        threading.Timer(0.05, (got if close == "answer" else transport).close).start()
        with pytest.raises(NoAnswer) as caught:
            await got.read(soon())
        assert caught.value.kind == "closed"
        transport.close()

    with Scripted([READ, chunked_head(), chunk(b"one"), LEFT]) as server:
        run(main(server))
        assert server.left()


def test_a_deadline_holds_over_many_pieces(run):
    async def main(server):
        transport = AsyncioTransport()
        until = monotonic() + 0.3
        got = await transport.send(post(server.url()), soon())
        with pytest.raises(NoAnswer) as caught:
            await got.whole(until, 1 << 40)
        assert caught.value.kind == "timeout"
        transport.close()

    with Scripted([READ, chunked_head(), repeat(chunk(b"still here"))]) as server:
        run(main(server))


@pytest.mark.parametrize("loop", ["asyncio.run", "uvloop.run"])
def test_a_program_ends_without_a_word_whatever_it_left_open(loop):
    program = f"""
import asyncio, sys, uvloop
from time import monotonic
from dragoman.transport import Outgoing
from dragoman.transport.aio import AsyncioTransport
transport = AsyncioTransport()
async def main():
    until = monotonic() + 10
    got = await transport.send(Outgoing("GET", sys.argv[1]), until)
    print(await got.whole(until, 100))
    return await transport.send(Outgoing("GET", sys.argv[1]), until)
unread = {loop}(main())
"""
    with Scripted(KEEPS) as server:
        done = subprocess.run(  # noqa: S603 - this Python, this program
            [sys.executable, "-X", "dev", "-W", "error", "-c", program, server.url()],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.stdout, done.stderr) == ("b'again'\n", "")
