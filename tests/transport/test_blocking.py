"""The blocking transport among threads and processes; what all colours share is in test_faults, _keeping, _reaching."""

import gc
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest

from dragoman.transport import NoAnswer
from dragoman.transport.blocking import BlockingTransport
from palette import BOUND, post, soon
from scripted import LAST_CHUNK, LEFT, READ, Hold, Scripted, answer, chunk, chunked_head, repeat


@pytest.fixture
def transport():
    made = BlockingTransport()
    yield made
    made.close()


def echo(peer):
    """Answer each request with its own body."""
    unread = b""
    while True:
        while b"\r\n\r\n" not in unread or len(unread.partition(b"\r\n\r\n")[2]) < 4:
            data = peer.recv(65536)
            if not data:
                return
            unread += data
        body = unread.partition(b"\r\n\r\n")[2]
        unread = b""
        peer.sendall(answer(body))


@pytest.mark.parametrize("limit", [None, 3])
def test_threads_share_a_transport_and_nobody_gets_anothers_answer(limit):
    transport = BlockingTransport(max_connections=limit)
    with Scripted([echo]) as server:

        def ask(number):
            body = b"%04d" % number
            return transport.send(post(server.url(), body), soon()).whole(soon(), BOUND) == body

        with ThreadPoolExecutor(12) as threads:
            assert all(threads.map(ask, range(400)))
        assert len(server.connections) <= (limit or 12)
        transport.close()


@pytest.mark.parametrize("close", ["answer", "transport"])
def test_closing_from_another_thread_ends_a_read_that_waits(transport, close):
    hold = Hold()
    with Scripted([READ, chunked_head(), chunk(b"one"), hold]) as server:
        got = transport.send(post(server.url()), soon())
        assert got.read(soon()) == b"one"
        closing = got if close == "answer" else transport
        threading.Timer(0.05, closing.close).start()
        with pytest.raises(NoAnswer) as caught:
            got.read(soon())

        assert caught.value.kind == "closed"
        hold.release()
        assert server.left()


def test_closing_wakes_a_thread_that_waits_for_its_turn():
    transport = BlockingTransport(max_connections=1)
    with Scripted([READ, chunked_head(), LEFT]) as server:
        busy = transport.send(post(server.url()), soon())
        threading.Timer(0.05, transport.close).start()
        with pytest.raises(NoAnswer) as caught:
            transport.send(post(server.url()), soon())

        assert (caught.value.kind, caught.value.sent) == ("closed", False)
        busy.close()


def test_an_interrupted_call_leaves_no_connection_in_an_unknown_state(transport, monkeypatch):
    with Scripted([READ, LEFT], [READ, answer(b"fresh")]) as server:

        def interrupt(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr("dragoman.transport.line_blocking.Line.receive", interrupt)
            with pytest.raises(KeyboardInterrupt):
                transport.send(post(server.url()), soon())

        assert server.left()
        assert transport.send(post(server.url()), soon()).whole(soon(), BOUND) == b"fresh"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")
def test_a_forked_child_opens_connections_of_its_own_and_leaves_its_parents_alone(transport):
    hold = Hold()
    with Scripted(
        [READ, chunked_head(), chunk(b"one"), hold, chunk(b"two") + LAST_CHUNK, repeat(READ, answer(b"parent"))],
        [repeat(READ, answer(b"parent"))],
        [READ, answer(b"child")],
    ) as server:
        stream = transport.send(post(server.url()), soon())
        first = transport.send(post(server.url()), soon())
        assert first.whole(soon(), BOUND) == b"parent"
        assert stream.read(soon()) == b"one"

        child = os.fork()
        if not child:
            code = 1
            try:
                mine = transport.send(post(server.url()), soon()).whole(soon(), BOUND)
                stream.close()
                del stream
                gc.collect()
                transport.close()
                code = 0 if mine == b"child" else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

        hold.release()
        assert stream.whole(soon(), BOUND) == b"two"
        pair = [transport.send(post(server.url()), soon()) for _ in range(2)]
        assert [got.whole(soon(), BOUND) for got in pair] == [b"parent", b"parent"]
        assert len(server.connections) == 3


def test_an_idle_transport_ends_with_the_program_without_a_word():
    program = """
import sys
from time import monotonic
from dragoman.transport import Outgoing
from dragoman.transport.blocking import BlockingTransport
transport = BlockingTransport()
until = monotonic() + 10
print(transport.send(Outgoing("GET", sys.argv[1]), until).whole(until, 100))
unread = transport.send(Outgoing("GET", sys.argv[1]), until)
assert not {"asyncio", "ssl"} & set(sys.modules), "plain HTTP needs neither"
"""
    with Scripted([repeat(READ, answer(b"once"))]) as server:
        done = subprocess.run(  # noqa: S603 - this Python, this program
            [sys.executable, "-X", "dev", "-W", "error", "-c", program, server.url()],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.stdout, done.stderr) == ("b'once'\n", "")


def test_a_deadline_holds_over_many_pieces(transport):
    """A server that always sends something resets nothing: the deadline is one instant."""
    with Scripted([READ, chunked_head(), repeat(chunk(b"still here"))]) as server:
        began = monotonic()
        got = transport.send(post(server.url()), soon())
        with pytest.raises(NoAnswer) as caught:
            got.whole(began + 0.3, 1 << 40)

        assert caught.value.kind == "timeout"
