"""One socket, waited for by blocking."""

import _thread
import signal
import socket
import threading
from time import monotonic

import pytest

from dragoman.transport import NoAnswer, line_blocking
from dragoman.transport.line_blocking import Line, Pools, Turn, places, ready
from dragoman.transport.pool import Pool


@pytest.fixture(params=["waits in reads", "polls"])
def pair(request, monkeypatch):
    if request.param == "polls":
        monkeypatch.setattr(line_blocking, "wait_in_reads", lambda *_: False)
    ours, theirs = socket.socketpair()
    ours.settimeout(0)
    with ours, theirs:
        yield Line(ours, (BlockingIOError,)), theirs


def soon():
    return monotonic() + 10


def test_what_the_peer_sends_is_received_and_its_closing_is_an_empty_piece(pair):
    line, peer = pair
    peer.sendall(b"hello")
    assert line.receive(soon()) == b"hello"
    peer.close()
    assert line.receive(soon()) == b""


def test_an_endless_deadline_is_waited_for(pair):
    line, peer = pair
    threading.Timer(0.05, peer.sendall, [b"late"]).start()

    assert line.receive(float("inf")) == b"late"


@pytest.fixture
def interruptible():
    # A background job, as these tests may be, ignores Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_that_wakes_nobody_is_heard_all_the_same(pair):
    # As a signal that comes between the last look for signals and the beginning of the wait.
    threading.Timer(0.05, _thread.interrupt_main).start()
    begun = monotonic()

    with pytest.raises(KeyboardInterrupt):
        pair[0].receive(begun + 60)

    assert monotonic() - begun < 30


def test_nothing_in_time_is_told(pair):
    with pytest.raises(NoAnswer) as caught:
        pair[0].receive(monotonic() + 0.02)
    assert caught.value.kind == "timeout"


def test_only_what_fits_is_sent_and_room_comes_when_the_peer_reads(pair):
    line, peer = pair
    much = bytes(10_000_000)
    sent = line.offer(much)
    assert 0 < sent < len(much)
    assert line.offer(much) == 0
    with pytest.raises(NoAnswer):
        line.room(monotonic() + 0.02)

    got = 0
    while got < sent:
        got += len(peer.recv(1 << 20))
    assert line.room(soon()) is None


def test_waiting_for_room_gives_what_arrives_instead(pair):
    line, peer = pair
    line.offer(bytes(10_000_000))
    peer.sendall(b"stop")

    assert line.room(soon()) == b"stop"
    peer.close()
    with pytest.raises(OSError, match="reset"):
        # The peer closed with our bytes unread.
        line.room(soon())


def test_an_idle_line_is_stale_once_anything_has_come(pair):
    line, peer = pair
    assert not line.stale()
    peer.sendall(b"x")
    assert line.stale()


def test_an_idle_line_is_stale_once_the_peer_has_closed(pair):
    line, peer = pair
    peer.close()
    assert line.stale()


def test_dropping_from_another_thread_wakes_whoever_waits(pair):
    line, peer = pair
    threading.Timer(0.05, line.drop).start()
    with pytest.raises(NoAnswer) as caught:
        line.receive(soon())

    assert caught.value.kind == "closed"
    assert peer.recv(10) == b""
    line.drop()


def test_a_dropped_line_is_closed_for_good(pair):
    line, peer = pair
    line.drop()

    assert peer.recv(10) == b""
    with pytest.raises(NoAnswer) as caught:
        line.receive(soon())
    assert caught.value.kind == "closed"


def test_forsaking_says_nothing_to_the_peer(pair):
    line, peer = pair
    copy = line._sock.dup()
    line.forsake()
    peer.settimeout(0)
    with pytest.raises(BlockingIOError):
        peer.recv(10)
    copy.close()


def test_the_first_socket_that_is_ready_is_told():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert ready((ours,), (), monotonic() + 0.02) is None
        assert ready((), (ours,), soon()) is ours
        theirs.send(b"x")
        assert ready((ours,), (), soon()) is ours
    assert ready((), (), monotonic() + 0.01) is None


def test_a_turn_comes_or_the_time_is_over():
    turn = Turn()
    assert not turn.wait(monotonic() + 0.02)
    threading.Timer(0.02, turn.wake).start()
    assert turn.wait(soon())


def test_addresses_need_no_looking_up():
    assert places("127.0.0.1", 80, monotonic()) == [(socket.AF_INET, ("127.0.0.1", 80))]
    assert ("127.0.0.1", 80) in [address for _, address in places("localhost", 80, soon())]


def test_threads_share_one_pool():
    pools = Pools(lambda: Pool(1.0, None))
    found = []
    other = threading.Thread(target=lambda: found.append(pools.current()))
    other.start()
    other.join()

    assert found == [pools.current()]
    pools.close(busy=True)
    assert pools.current().closed
