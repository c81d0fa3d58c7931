"""URLs become places, and what could be misread is refused."""

import os

import pytest

from dragoman.errors import InvalidRequestError
from dragoman.transport.address import is_loopback, parse


@pytest.mark.parametrize(
    ("url", "host", "port", "target", "host_header"),
    [
        ("http://example.org", "example.org", 80, "/", "example.org"),
        ("https://Example.ORG/v1/chat?x=1&y=2#part", "example.org", 443, "/v1/chat?x=1&y=2", "example.org"),
        ("http://example.org:8000/v1", "example.org", 8000, "/v1", "example.org:8000"),
        ("https://example.org:443/", "example.org", 443, "/", "example.org"),
        ("http://example.org:/x", "example.org", 80, "/x", "example.org"),
        ("http://example.org?q", "example.org", 80, "/?q", "example.org"),
        ("http://10.1.2.3:1/", "10.1.2.3", 1, "/", "10.1.2.3:1"),
        ("http://[::1]:8000/v1", "::1", 8000, "/v1", "[::1]:8000"),
        ("https://[2001:DB8:0::1]/", "2001:db8::1", 443, "/", "[2001:db8::1]"),
        ("http://[fe80::1%25eth0]/", "fe80::1%eth0", 80, "/", "[fe80::1]"),
        ("http://bücher.example/", "xn--bcher-kva.example", 80, "/", "xn--bcher-kva.example"),
        ("http://my_host/", "my_host", 80, "/", "my_host"),
        ("http://example.org/ü?ö=%20+", "example.org", 80, "/%C3%BC?%C3%B6=%20+", "example.org"),
        ("http://example.org/a/../b//c", "example.org", 80, "/a/../b//c", "example.org"),
    ],
)
def test_a_url_says_where_to_connect_and_what_to_ask(url, host, port, target, host_header):
    address = parse(url)

    assert (address.host, address.port, address.target, address.host_header) == (host, port, target, host_header)
    assert address.secure == url.startswith("https")
    assert address.socket == ""


def test_a_unix_socket_stands_percent_encoded_where_the_host_does():
    address = parse("http+unix://%2Frun%2FX.sock/v1/models?a=b")

    assert (address.socket, address.target, address.host_header) == ("/run/X.sock", "/v1/models?a=b", "localhost")
    assert not address.secure


def test_a_proxy_is_asked_for_the_whole_url():
    assert parse("http://example.org:81/v1?x#y").absolute == "http://example.org:81/v1?x"
    assert parse("https://[::1]/").authority == "[::1]:443"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("example.org/v1", "must begin with http://"),
        ("ftp://example.org", "must begin with http://"),
        ("http:/example.org", "must begin with http://"),
        ("http://", "is not a host name"),
        ("http://exa mple.org/", "a space, a control character"),
        ("http://example.org/a\r\nX: y", "a space, a control character"),
        ("http://example.org/\x00", "a space, a control character"),
        ("http://example.org/\udcff", "no text"),
        ("http://example.org:0/", "'0' is not a number from 1 to 65535"),
        ("http://example.org:65536/", "'65536' is not a number"),
        ("http://example.org:8x/", "'8x' is not a number"),
        ("http://example.org:٣/", "is not a number"),
        ("http://-example.org/", "is not a host name"),
        ("http://a..b/", "is not a host name"),
        (f"http://{'a' * 64}.example/", "is not a host name"),
        ("http://example.org\\@evil.org/", "user name or password"),
        ("http://a,b/", "is not a host name"),
        ("http://[::1/", "is not a"),
        ("http://[example]/", "is not an IPv6 address"),
        ("http://faß.example/", "two different hosts"),
        ("http://a\u3002\u3002b/", "no internationalised name"),
        ("http+unix:///v1", "percent-encoded"),
        ("http+unix://%00/v1", "percent-encoded"),
    ],
)
def test_what_is_no_address_is_refused_in_a_sentence(url, says):
    with pytest.raises(InvalidRequestError, match=says) as caught:
        parse(url)
    assert caught.value.param == "url"


def test_a_credential_in_a_url_is_refused_and_not_repeated():
    with pytest.raises(InvalidRequestError) as caught:
        parse("https://user:hunter2@example.org/")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.".lower(), "api.localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_is_known(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["example.org", "notlocalhost", "10.0.0.1", "::2", "localhost.example.org"])
def test_other_machines_are_not_this_one(host):
    assert not is_loopback(host)


def test_a_sockets_path_is_bytes_text_or_not():
    assert os.fsencode(parse("http+unix://%2Frun%2F%FF.sock/v1").socket) == b"/run/\xff.sock"
