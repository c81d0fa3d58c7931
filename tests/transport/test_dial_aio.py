"""An asynchronous way to a socket; what all colours share of it is in test_reaching."""

import asyncio
from time import monotonic

import pytest

from dragoman.transport.dial_aio import reach
from dragoman.transport.route import Routes
from scripted import LEFT, READ, TUNNEL, Scripted, answer


def soon():
    return monotonic() + 10


def route(url, proxy=""):
    return Routes(proxy, trust_env=False)[url]


def test_the_socket_is_connected_and_does_not_block():
    with Scripted([READ, answer(b"x")]) as server:
        sock, again = asyncio.run(reach(route(server.url()), True, None, soon()))  # noqa: FBT003 - verify
        with sock:
            assert sock.getpeername() == ("127.0.0.1", server.port)
            with pytest.raises(again):
                sock.recv(1)


def test_through_a_tunnel_the_socket_speaks_tls_with_the_server_itself(authority):
    with Scripted([], tls=authority.server("127.0.0.1")) as server, Scripted([TUNNEL]) as proxy:
        through = route(server.url(), f"http://127.0.0.1:{proxy.port}")
        sock, again = asyncio.run(reach(through, authority.file, None, soon()))
        with sock:
            assert sock.version().startswith("TLSv1")
            with pytest.raises(again):
                sock.recv(1)


@pytest.mark.parametrize("stalling", ["connect", "handshake"])
def test_cancelling_leaves_no_socket_and_no_callback_behind(clogged, stalling):
    async def main():
        with Scripted([LEFT]) as server:
            url = f"http://127.0.0.1:{clogged}/" if stalling == "connect" else server.url(scheme="https")
            task = asyncio.create_task(reach(route(url), True, None, soon()))  # noqa: FBT003 - verify
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            # The loop's own wake-up pipe is all it still listens to.
            assert len(asyncio.get_running_loop()._selector.get_map()) == 1
            assert stalling == "connect" or server.left()

    asyncio.run(main())
