"""How a server is reached: by name, by TLS, through proxies, over a Unix socket: in every colour."""

import socket
import ssl

import pytest

from dragoman.errors import ConfigurationError
from palette import get, post
from scripted import LEFT, READ, TLS, TUNNEL, Hold, Scripted, answer, head, repeat

OVER = [repeat(READ, answer(b"over"))]


def unused_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


# --- plainly ---


def test_a_server_that_is_not_there_is_named(colour):
    port = unused_port()
    failure = colour.failure(get(f"http://127.0.0.1:{port}/"))

    assert (failure.kind, failure.sent) == ("connect", False)
    assert failure.detail == f"no connection to 127.0.0.1:{port}: connection refused"


def test_a_name_leads_to_its_addresses(colour):
    with Scripted(OVER) as server:
        assert colour.fetch(server.url(host="localhost")) == b"over"
        assert server.requests[0].headers["host"] == f"localhost:{server.port}"


def test_a_name_that_has_no_address_is_told(colour, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    failure = colour.failure(get("http://nowhere.invalid/"))

    assert (failure.kind, failure.sent) == ("connect", False)
    assert failure.detail == "no address for nowhere.invalid: name or service not known"


@pytest.mark.skipif(not socket.has_ipv6, reason="only with IPv6")
def test_ipv6_works_by_its_literal(colour):
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no ::1")
    with listener:
        failure = colour.failure(get(f"http://[::1]:{listener.getsockname()[1]}/"), seconds=0.2)
        assert failure.kind == "timeout"
        assert failure.sent
        listener.settimeout(5)
        peer, _ = listener.accept()
        with peer:
            assert b"host: [::1]:" in peer.recv(1000)


def test_a_unix_socket_is_as_good(colour, tmp_path):
    with Scripted(OVER, unix=tmp_path / "engine.sock") as server:
        assert [colour.fetch(server.url("/v1")) for _ in range(2)] == [b"over", b"over"]
        assert server.requests[0].line == "POST /v1 HTTP/1.1"
        assert server.requests[0].headers["host"] == "localhost"
        assert len(server.connections) == 1


def test_a_unix_socket_that_is_not_there_is_named(colour):
    failure = colour.failure(get("http+unix://%2Fnowhere%2Fx.sock/"))

    assert failure.kind == "connect"
    assert failure.detail == "no connection to /nowhere/x.sock: no such file or directory"
    assert colour.failure(get(f"http+unix://%2F{'x' * 300}/")).kind == "connect"


def test_connecting_has_a_time_of_its_own(colour, clogged):
    failure = colour.failure(post(f"http://127.0.0.1:{clogged}/", connect=0.1))

    assert (failure.kind, failure.sent) == ("timeout", False)
    assert failure.detail == f"no connection to 127.0.0.1:{clogged} in time"


def test_the_next_address_is_tried_while_the_first_one_hangs(colour, clogged, monkeypatch):
    """RFC 8305: a host whose first address drops everything costs a moment, not the whole limit."""
    with Scripted(OVER) as server:
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in (clogged, server.port)
        ]  # fmt: skip

        def two_addresses(*_, flags=0, **__):
            if flags:
                raise socket.gaierror(socket.EAI_NONAME, "not numeric")
            return found

        monkeypatch.setattr(socket, "getaddrinfo", two_addresses)
        assert colour.fetch("http://two.example/") == b"over"


def test_a_slow_look_up_ends_with_the_time(colour, monkeypatch):
    hold = Hold()

    def slow(*_, flags=0, **__):
        if not flags:
            hold.wait()
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    failure = colour.failure(get("http://slow.example/"), seconds=0.1)
    hold.release()

    assert (failure.kind, failure.detail) == ("timeout", "no address for slow.example in time")
    assert not failure.sent


# --- TLS ---


def test_a_server_is_verified_by_the_authorities_given(colour, authority):
    with Scripted(OVER, tls=authority.server("127.0.0.1", "localhost")) as server:
        trusting = colour.transport(verify=authority.file)
        assert colour.fetch(server.url(), trusting) == b"over"
        assert colour.fetch(server.url(host="localhost"), trusting) == b"over"
        assert colour.fetch(server.url(), trusting) == b"over"
        assert len(server.connections) == 2


def test_ssl_cert_file_is_honoured(colour, authority, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with Scripted(OVER, tls=authority.server("127.0.0.1")) as server:
        assert colour.fetch(server.url()) == b"over"


def test_a_server_nobody_vouches_for_is_refused(colour, authority):
    with Scripted([], tls=authority.server("127.0.0.1")) as server:
        failure = colour.failure(get(server.url()))

        assert (failure.kind, failure.sent) == ("tls", False)
        assert failure.detail.startswith(f"127.0.0.1:{server.port} cannot be verified: ")
        assert server.requests == []


def test_a_certificate_for_another_name_is_refused(colour, authority):
    with Scripted([], tls=authority.server("other.example")) as server:
        failure = colour.failure(get(server.url()), colour.transport(verify=authority.file))

        assert (failure.kind, "cannot be verified" in failure.detail) == ("tls", True)


def test_verification_can_be_given_up(colour, authority):
    with Scripted(OVER, tls=authority.server("other.example")) as server:
        assert colour.fetch(server.url(), colour.transport(verify=False)) == b"over"


def test_a_context_of_the_callers_own_is_used(colour, authority):
    context = ssl.create_default_context(cafile=str(authority.file))
    with Scripted(OVER, tls=authority.server("127.0.0.1")) as server:
        assert colour.fetch(server.url(), colour.transport(verify=context)) == b"over"


def test_a_client_certificate_is_shown_to_a_server_that_wants_one(colour, authority):
    with Scripted(OVER, tls=authority.server("127.0.0.1", want_client=True)) as server:
        known = colour.transport(verify=authority.file, cert=authority.client("me"))
        assert colour.fetch(server.url(), known) == b"over"

        failure = colour.failure(get(server.url()), colour.transport(verify=authority.file))
        # The server's alert and its RST race: the one says why, the other does not.
        assert failure.kind in {"tls", "reset"}


def test_a_server_that_speaks_no_tls_is_told_from_one_that_cannot_be_verified(colour):
    with Scripted([b"HTTP/1.1 400 Bad Request\r\n\r\n", LEFT]) as server:
        failure = colour.failure(get(server.url(scheme="https")))

        assert failure.kind == "tls"
        assert failure.detail.startswith(f"no TLS with 127.0.0.1:{server.port}: ")


def test_a_handshake_that_stalls_ends_with_the_time_for_connecting(colour):
    with Scripted([LEFT]) as server:
        failure = colour.failure(post(server.url(scheme="https"), connect=0.2))

        assert (failure.kind, failure.sent) == ("timeout", False)
        assert server.left()


def test_a_certificate_file_that_cannot_be_used_is_named_with_the_first_request(colour, tmp_path):
    with Scripted(OVER) as server:
        transport = colour.transport(verify=tmp_path / "missing.pem", max_connections=1)
        for _ in range(2):
            with pytest.raises(ConfigurationError, match=r"missing\.pem"):
                colour.send(get(server.url(scheme="https")), transport)
        assert colour.fetch(server.url(), transport) == b"over"


# --- proxies ---


def test_http_goes_to_a_proxy_as_a_whole_url(colour):
    with Scripted(OVER) as proxy:
        through = colour.transport(proxy=f"http://u:p@127.0.0.1:{proxy.port}")
        assert colour.fetch("http://one.example/v1?x", through) == b"over"
        assert colour.fetch("http://two.example:81/", through) == b"over"

        first, second = proxy.requests
        assert (first.line, second.line) == (
            "POST http://one.example/v1?x HTTP/1.1",
            "POST http://two.example:81/ HTTP/1.1",
        )
        assert (first.headers["host"], first.headers["proxy-authorization"]) == ("one.example", "Basic dTpw")
        assert len(proxy.connections) == 1


def test_https_goes_through_a_tunnel_and_is_verified_end_to_end(colour, authority):
    with Scripted(OVER, tls=authority.server("127.0.0.1")) as server, Scripted([TUNNEL]) as proxy:
        through = colour.transport(verify=authority.file, proxy=f"http://u:p@127.0.0.1:{proxy.port}")
        assert [colour.fetch(server.url(), through) for _ in range(2)] == [b"over", b"over"]

        (connect,) = proxy.requests
        assert connect.line == f"CONNECT 127.0.0.1:{server.port} HTTP/1.1"
        assert connect.headers["proxy-authorization"] == "Basic dTpw"
        assert "proxy-authorization" not in server.requests[0].headers
        colour.default.close()
        through.close()


def test_a_proxy_may_itself_be_reached_by_tls(colour, authority):
    with Scripted(OVER, tls=authority.server("127.0.0.1")) as proxy:
        through = colour.transport(verify=authority.file, proxy=f"https://127.0.0.1:{proxy.port}")
        assert colour.fetch("http://one.example/", through) == b"over"


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([READ, answer(b"no", "407 Proxy Authentication Required")], "refused the way to one.example:443: status 407"),
        ([READ], "in time"),
        ([READ, b"SSH-2.0\r\n"], "does not speak HTTP/1.1"),
        ([READ, head("200 OK")[:-2], repeat(b"X-A: 1\r\n" * 1000)], "65536"),
    ],
    ids=["refused", "silent", "no http", "endless"],
)
def test_a_proxy_that_does_not_let_through_is_told_from_the_server(colour, steps, says):
    with Scripted(steps) as proxy:
        address = f"http://u:hunter2@127.0.0.1:{proxy.port}"
        failure = colour.failure(post("https://one.example/", connect=0.5), colour.transport(proxy=address))

        assert failure.kind == ("timeout" if says == "in time" else "connect")
        assert f"the proxy 127.0.0.1:{proxy.port}" in failure.detail
        assert says in failure.detail
        assert "hunter2" not in failure.detail
        assert not failure.sent
        assert proxy.left()


def test_a_proxy_that_hangs_up_is_told(colour):
    with Scripted([READ, answer(b"bye")[:9]], []) as proxy:
        proxy_address = f"http://127.0.0.1:{proxy.port}"
        proxy.close()
        failure = colour.failure(get("https://one.example/"), colour.transport(proxy=proxy_address))

        assert failure.kind == "connect"


def test_the_environments_proxy_is_for_elsewhere_only(colour, monkeypatch):
    with Scripted(OVER) as proxy, Scripted([repeat(READ, answer(b"direct"))]) as server:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "10.0.0.0/8")
        transport = colour.transport()

        assert colour.fetch("http://one.example/", transport) == b"over"
        assert colour.fetch(server.url(), transport) == b"direct"


def test_a_tunnel_to_a_server_that_cannot_be_verified_is_refused(colour, authority):
    with Scripted([TLS], tls=authority.server("127.0.0.1"), late_tls=True) as server, Scripted([TUNNEL]) as proxy:
        through = colour.transport(proxy=f"http://127.0.0.1:{proxy.port}")
        failure = colour.failure(get(server.url(scheme="https")), through)

        assert (failure.kind, f"127.0.0.1:{server.port} cannot be verified" in failure.detail) == ("tls", True)
