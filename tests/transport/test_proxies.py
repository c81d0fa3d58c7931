"""Which proxy a URL goes through."""

import pytest

from dragoman.errors import ConfigurationError
from dragoman.transport.address import parse
from dragoman.transport.proxies import proxies, spares


def chosen(url, argument=None, **environ):
    proxy = proxies(argument, environ).choose(parse(url))
    return proxy and proxy.address.authority


def test_each_scheme_has_its_variable_in_either_case():
    assert chosen("http://example.org", HTTP_PROXY="http://p:3128") == "p:3128"
    assert chosen("http://example.org", http_proxy="p:3128") == "p:3128"
    assert chosen("https://example.org", HTTPS_PROXY="http://q") == "q:80"
    assert chosen("https://example.org", HTTP_PROXY="http://p:3128") is None


def test_lower_case_wins():
    assert chosen("http://example.org", HTTP_PROXY="http://upper:1", http_proxy="http://lower:2") == "lower:2"


def test_all_proxy_stands_in_for_what_is_not_set():
    assert chosen("http://example.org", ALL_PROXY="http://a:1") == "a:1"
    assert chosen("https://example.org", all_proxy="http://a:1", HTTPS_PROXY="http://b:2") == "b:2"


def test_a_cgi_program_does_not_believe_the_header_its_caller_could_send():
    assert chosen("http://example.org", HTTP_PROXY="http://evil:1", REQUEST_METHOD="GET") is None
    assert chosen("http://example.org", http_proxy="http://p:1", REQUEST_METHOD="GET") == "p:1"


@pytest.mark.parametrize("url", ["http://localhost/", "http://127.0.0.1:8000/", "http://[::1]/", "http://a.localhost/"])
def test_this_machine_is_reached_directly_unless_asked(url):
    assert chosen(url, HTTP_PROXY="http://p:1") is None
    assert chosen(url, argument="http://p:1") == "p:1"


def test_a_unix_socket_is_never_reached_through_a_proxy():
    assert chosen("http+unix://%2Fx/", argument="http://p:1") is None


def test_the_argument_beats_the_environment_and_can_say_none():
    assert chosen("https://example.org", argument="http://a:1", HTTPS_PROXY="http://b:1", NO_PROXY="*") == "a:1"
    assert chosen("https://example.org", argument="", HTTPS_PROXY="http://b:1") is None


@pytest.mark.parametrize(
    ("entries", "host", "port", "spared"),
    [
        (("*",), "anything", 80, True),
        (("example.org",), "example.org", 443, True),
        (("example.org",), "api.example.org", 443, True),
        ((".example.org",), "example.org", 443, True),
        (("*.example.org",), "api.example.org", 443, True),
        (("example.org",), "badexample.org", 443, False),
        (("example.org",), "example.org.", 443, True),
        (("example.org:8443",), "example.org", 8443, True),
        (("example.org:8443",), "example.org", 443, False),
        (("10.0.0.1",), "10.0.0.1", 80, True),
        (("10.0.0.0/8",), "10.200.3.4", 80, True),
        (("10.0.0.0/8",), "11.0.0.1", 80, False),
        (("10.0.0.1:80",), "10.0.0.1", 81, False),
        (("2001:db8::/32",), "2001:db8::5", 80, True),
        (("[::5]:80",), "::5", 80, True),
        (("::5",), "::5", 80, True),
        (("0.1",), "10.0.0.1", 80, False),
        (("10.0.0.0/33",), "10.0.0.1", 80, False),
        (("",), "example.org", 80, False),
        ((), "example.org", 80, False),
    ],
)
def test_no_proxy_names_hosts_domains_addresses_and_networks(entries, host, port, spared):
    assert spares(entries, host, port) is spared


def test_no_proxy_is_a_list_with_commas_or_spaces():
    environ = {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "One.example, two.example three.example"}

    assert [chosen(f"https://{name}.example", **environ) for name in ("one", "two", "three", "four")] == [
        None,
        None,
        None,
        "p:1",
    ]


def test_a_proxys_credential_becomes_a_header_and_is_never_shown():
    proxy = proxies("http://us%40er:p%3Ass@proxy.example:3128/", {}).forced

    assert proxy.authorization == "Basic dXNAZXI6cDpzcw=="
    assert proxy.address.authority == "proxy.example:3128"
    assert "dXNA" not in repr(proxy)


def test_it_is_sent_as_the_bytes_that_it_is():
    for written in ("http://us%FFer:p\udce4ss@proxy.example:3128/", "http://us\udcffer:p%E4ss@proxy.example:3128/"):
        assert proxies(written, {}).forced.authorization == "Basic dXP/ZXI6cORzcw=="


@pytest.mark.parametrize(
    "url", ["http://hunter2\ud800:x@p", "socks5://p:1080", "http://user:hunter2@p:99999", "http://user:hunter2@"]
)
def test_a_proxy_that_cannot_be_used_is_named_by_its_source_only(url):
    found = proxies(None, {"HTTPS_PROXY": url, "NO_PROXY": "b.test"})
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY") as caught:
        found.choose(parse("https://a.test/"))
    assert "hunter2" not in str(caught.value)
    with pytest.raises(ConfigurationError, match="the proxy argument"):
        proxies(url, {})
    for spared in ("http://a.test/", "https://b.test/", "https://127.0.0.1/"):
        assert found.choose(parse(spared)) is None
