"""A blocking way to a socket; what all colours share of it is in test_reaching."""

import socket
from time import monotonic

import pytest

from dragoman.transport import NoAnswer
from dragoman.transport.dial_blocking import reach
from dragoman.transport.route import Routes
from scripted import READ, TUNNEL, Scripted, answer


def soon():
    return monotonic() + 10


def route(url, proxy=""):
    return Routes(proxy, trust_env=False)[url]


def test_the_socket_is_connected_and_does_not_block():
    with Scripted([READ, answer(b"x")]) as server:
        sock, again = reach(route(server.url()), True, None, soon())  # noqa: FBT003 - verify, as a user would
        with sock:
            assert sock.getpeername() == ("127.0.0.1", server.port)
            assert again == (BlockingIOError,)
            with pytest.raises(again):
                sock.recv(1)


def test_through_a_tunnel_the_socket_speaks_tls_with_the_server_itself(authority):
    with Scripted([], tls=authority.server("127.0.0.1")) as server, Scripted([TUNNEL]) as proxy:
        through = route(server.url(), f"http://127.0.0.1:{proxy.port}")
        sock, again = reach(through, authority.file, None, soon())
        with sock:
            assert sock.selected_alpn_protocol() is None
            assert sock.version().startswith("TLSv1")
            with pytest.raises(again):
                sock.recv(1)


def test_an_interruption_leaves_no_socket_behind(clogged, monkeypatch):
    closed = []
    real = socket.socket.close
    monkeypatch.setattr(socket.socket, "close", lambda sock: (closed.append(sock), real(sock)))
    with pytest.raises(NoAnswer):
        reach(route(f"http://127.0.0.1:{clogged}/"), True, None, monotonic() + 0.05)  # noqa: FBT003 - verify

    assert len(closed) == 1
