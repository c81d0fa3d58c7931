"""Options, racing connects and look-ups, without anybody waiting in them."""

import errno
import os
import select
import socket
import threading
from time import monotonic

import pytest

from dragoman.transport import NoAnswer
from dragoman.transport.sockets import HEAD_START, Race, local, look_up, numeric, tune, wait_in_reads

AF = socket.AF_INET


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


def refused():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        return (AF, gone.getsockname())


def run(race, now=100.0):
    """Advance a race as a shell would, by a clock that only moves when it has to."""
    winner = race.advance(now)
    while winner is None:
        _, writable, _ = select.select([], race.running, [], 0.02)
        now = now if writable else race.due
        winner = race.advance(now, ready=writable[0] if writable else None)
    return winner


def test_a_connection_does_not_wait_to_fill_packets_and_notices_a_dead_peer(listener):
    with socket.create_connection(listener.getsockname()) as sock:
        tune(sock)

        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30


def test_the_first_address_that_answers_wins(listener):
    race = Race([refused(), (AF, listener.getsockname())], "somewhere")
    with run(race) as winner:
        assert winner.getpeername() == listener.getsockname()
    assert race.running == []


def test_a_refusal_makes_way_for_the_next_address_at_once(listener):
    race = Race([refused(), (AF, listener.getsockname())], "somewhere")
    first = race.advance(100.0)
    while first is None:
        _, writable, _ = select.select([], race.running, [], 5)
        first = race.advance(100.0, ready=writable[0])
    first.close()


def test_the_next_address_starts_beside_one_that_hangs_after_a_head_start(clogged, listener):
    race = Race([(AF, ("127.0.0.1", clogged)), (AF, listener.getsockname())], "somewhere")
    assert race.advance(100.0) is None
    assert race.due == 100.0 + HEAD_START
    assert len(race.running) == 1

    winner = race.advance(race.due) or run(race)
    with winner:
        assert winner.getpeername() == listener.getsockname()
    assert len(race.running) == 1
    loser = race.running[0]
    race.stop()
    assert loser.fileno() == -1


def test_when_every_address_failed_the_last_reason_is_told():
    race = Race([refused(), refused()], "somewhere:1")
    with pytest.raises(NoAnswer, match="no connection to somewhere:1: connection refused") as caught:
        run(race)
    assert caught.value.kind == "connect"


def test_no_address_at_all_is_a_failure_too():
    with pytest.raises(NoAnswer, match="no address"):
        Race([], "nowhere").advance(0.0)


def test_an_address_of_a_family_this_machine_lacks_is_passed_over(listener, monkeypatch):
    real = socket.socket

    def without_ipv6(family, kind):
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return real(family, kind)

    monkeypatch.setattr(socket, "socket", without_ipv6)
    with run(Race([(socket.AF_INET6, ("::1", 9, 0, 0)), (AF, listener.getsockname())], "somewhere")) as winner:
        assert winner.getpeername() == listener.getsockname()


def test_a_crowded_unix_socket_is_tried_again_until_there_is_room(tmp_path):
    path = str(tmp_path / "crowded")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(0)
        waiting = [socket.socket(socket.AF_UNIX) for _ in range(4)]
        for sock in waiting:
            sock.settimeout(0)
        codes = [sock.connect_ex(path) for sock in waiting]
        assert errno.EAGAIN in codes
        race = Race(local(path), path)
        assert race.advance(1.0) is None
        assert race.advance(race.due) is None
        for _ in range(codes.count(0)):
            listener.accept()[0].close()
        with race.advance(race.due) as winner:
            assert winner.getpeername() == path
        for sock in waiting:
            sock.close()


def test_a_read_waits_by_itself_for_so_long_and_no_longer():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0)
        assert wait_in_reads(ours, 0.05)
        begun = monotonic()
        with pytest.raises(BlockingIOError):
            ours.recv(1)
        assert monotonic() - begun >= 0.04

        theirs.sendall(b"here")
        assert ours.recv(10) == b"here"


def test_a_socket_that_only_says_it_blocks_is_left_to_be_polled():
    class Green(socket.socket):
        def settimeout(self, value):
            """As gevent's: the descriptor never blocks."""

    left, right = socket.socketpair()
    with Green(fileno=left.detach()) as ours, right:
        os.set_blocking(ours.fileno(), False)

        assert not wait_in_reads(ours, 1.0)


def test_an_address_is_known_without_asking_anybody():
    assert numeric("127.0.0.1", 80) == [(AF, ("127.0.0.1", 80))]
    assert numeric("::1", 80)[0][1][0] == "::1"
    assert numeric("localhost", 80) == []


def told(host):
    answers, come = [], threading.Event()

    def tell(found):
        answers.append(found)
        come.set()

    look_up(host, 80, tell)
    assert come.wait(10)
    return answers[0]


def test_families_take_turns_in_the_systems_order(monkeypatch):
    def mixed(*_, **__):
        four, six = ((family, socket.SOCK_STREAM, 6, "") for family in (AF, socket.AF_INET6))
        return [(*six, ("::1", 80)), (*six, ("::2", 80)), (*four, ("1.1.1.1", 80)), (*six, ("::3", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", mixed)

    assert [address[0] for _, address in told("mixed.example")] == ["::1", "1.1.1.1", "::2", "::3"]


def test_a_name_that_cannot_even_be_asked_for_is_a_failure(monkeypatch):
    def refuse(*_, **__):
        raise UnicodeError("label empty or too long")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    failure = told("a" * 64)

    assert (failure.kind, failure.sent) == ("connect", False)
    assert failure.detail.endswith("it is too long or has an empty part")
