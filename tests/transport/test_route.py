"""How a URL is reached, with and without a proxy."""

import pytest

from dragoman.errors import ConfigurationError, InvalidRequestError
from dragoman.transport.route import Routes

HEADERS = (("accept-encoding", "identity"),)


def route(url, proxy=""):
    return Routes(proxy, trust_env=False)[url]


def test_straight_to_the_host():
    found = route("http://example.org:81/v1?a=b")

    assert found.first.authority == found.name == "example.org:81"
    assert found.head("POST", HEADERS) == b"POST /v1?a=b HTTP/1.1\r\nhost: example.org:81\r\naccept-encoding: identity"
    assert found.tunnel == b""


def test_a_proxy_for_http_is_asked_for_the_whole_url_with_its_credential():
    found = route("http://example.org/v1", "http://u:p@proxy.example:3128")

    assert found.name == "the proxy proxy.example:3128"
    assert found.head("GET", HEADERS) == (
        b"GET http://example.org/v1 HTTP/1.1\r\nhost: example.org\r\naccept-encoding: identity\r\n"
        b"proxy-authorization: Basic dTpw"
    )


def test_a_proxy_for_https_is_asked_for_a_tunnel_and_sees_no_request():
    found = route("https://example.org/v1", "http://u:p@proxy.example:3128")

    assert found.tunnel.startswith(b"CONNECT example.org:443 HTTP/1.1\r\nhost: example.org:443\r\n")
    assert b"proxy-authorization: Basic dTpw" in found.tunnel
    assert found.head("GET", HEADERS) == b"GET /v1 HTTP/1.1\r\nhost: example.org\r\naccept-encoding: identity"


def test_connections_are_shared_exactly_where_they_lead_to_the_same_place():
    direct = Routes("", trust_env=False)
    assert direct["http://a.example/x"].origin == direct["http://a.example/y"].origin
    assert direct["http://a.example/"].origin != direct["https://a.example/"].origin
    assert direct["http://a.example/"].origin != direct["http://a.example:81/"].origin
    assert direct["http+unix://%2Fa/"].origin != direct["http+unix://%2Fb/"].origin

    proxied = Routes("http://p:1", trust_env=False)
    assert proxied["http://a.example/"].origin == proxied["http://b.example/"].origin
    assert proxied["https://a.example/"].origin != proxied["https://b.example/"].origin


def test_a_unix_socket_leads_to_every_host_past_any_proxy(monkeypatch, tmp_path):
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:3128")
    routes = Routes(None, trust_env=True, unix=tmp_path / "s")
    found = routes["http://example.org:81/v1"]

    assert (found.first.socket, found.proxy) == (str(tmp_path / "s"), None)
    assert found.head("GET", HEADERS).startswith(b"GET /v1 HTTP/1.1\r\nhost: example.org:81\r\n")
    assert routes["http://other.example/v1"].origin != found.origin


def test_tls_inside_tls_is_refused_by_name():
    with pytest.raises(ConfigurationError, match=r"proxy p:443 .* name it with http://"):
        route("https://example.org/", "https://u:hunter2@p")
    assert route("http://example.org/", "https://p").first.secure


def test_the_environment_is_asked_only_if_trusted(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://p:1")

    assert Routes(None, trust_env=True)["http://example.org"].name == "the proxy p:1"
    assert Routes(None, trust_env=False)["http://example.org"].name == "example.org:80"


def test_a_head_is_written_anew_when_anything_in_it_changes():
    found = route("http://example.org/")

    one, two = found.head("GET", (("a", "1"),)), found.head("GET", (("a", "2"),))
    assert b"a: 1" in one
    assert b"a: 2" in two
    assert found.head("PUT", (("a", "2"),)).startswith(b"PUT ")
    assert found.head("GET", (("a", "1"),)) == one


def test_routes_do_not_grow_with_the_urls():
    routes = Routes("", trust_env=False)
    for number in range(1000):
        assert routes[f"http://example.org/{number}"].address.target == f"/{number}"
    assert len(routes) <= 256


def test_a_url_that_cannot_be_reached_is_refused():
    with pytest.raises(InvalidRequestError):
        route("gopher://example.org")
