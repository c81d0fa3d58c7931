"""Whose pages may ask through their readers' browsers."""

import json

import pytest

from answers import DONE, document, step
from dragoman.gateway.config.shape import ServerConfig
from dragoman.gateway.sites import Sites
from operated import ASKED, operated
from scripted import READ, chunked, repeat

APP = "https://app.example"
NAMED = f'origins = ["{APP}", "http://localhost:5173"]'


def preflight(gateway, path="/v1/chat/completions", origin=APP, **headers):
    """What a browser asks before it sends what a page with an API key wants to send."""
    asks = {"access_control_request_method": "POST", "access_control_request_headers": "authorization,content-type"}
    status, told, _ = gateway.ask(path, "OPTIONS", origin=origin, sec_fetch_site="cross-site", **asks, **headers)
    return status, told


def sites(keys="required", *origins):
    return Sites(ServerConfig(keys=keys, origins=origins))


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """A gateway that the pages of two sites may ask."""
    with operated(tmp_path_factory.mktemp("sites"), server=NAMED) as made:
        yield made


@pytest.mark.parametrize(("site", "foreign"), [("cross-site", True), ("same-site", True), ("same-origin", False), ("none", False)])  # fmt: skip
def test_a_browser_says_whose_page_asks(site, foreign):
    sent = {b"sec-fetch-site": site.encode(), b"origin": APP.encode()}

    assert sites().keep_out(sent, "caller") is foreign
    assert not sites("required", APP).keep_out(sent, "caller")


@pytest.mark.parametrize(
    ("origin", "foreign"),
    [
        (None, False),
        ("http://127.0.0.1:8000", False),
        ("http://localhost:3000", False),
        ("http://[::1]:8000", False),
        ("http://rebound.example:8000", True),
        ("null", True),
        ("http://[", True),
    ],
)
@pytest.mark.parametrize(("keys", "site"), [("off", None), ("off", "same-origin"), ("required", None)])
def test_a_page_at_a_name_that_leads_here_is_foreign_where_nobody_is_asked_for_a_key(origin, foreign, keys, site):
    sent = ({b"origin": origin.encode()} if origin else {}) | ({b"sec-fetch-site": site.encode()} if site else {})

    assert sites(keys).keep_out(sent, "caller") is (foreign and keys == "off" and site is None)


def test_the_browser_of_a_named_sites_page_is_given_leave(gateway):
    status, told = preflight(gateway)

    assert status == 204
    assert told["access-control-allow-origin"] == APP
    assert told["access-control-allow-methods"] == "POST"
    assert told["access-control-allow-headers"] == "authorization,content-type"
    assert told["vary"] == "origin"
    assert "content-length" not in told
    assert "access-control-allow-credentials" not in told


def test_its_page_can_read_the_answer_and_what_goes_with_it(gateway):
    _, secret = gateway.desk.create("web")
    status, told, _ = gateway.ask(
        "/v1/chat/completions", "POST", secret, ASKED, origin=APP, sec_fetch_site="cross-site"
    )

    assert status == 200
    assert told["access-control-allow-origin"] == APP
    assert told["access-control-expose-headers"] == "*"


def test_its_page_can_read_a_stream(tmp_path):
    with operated(tmp_path, [repeat(READ, chunked(step("Hello"), step(finish="stop"), DONE))], server=NAMED) as gateway:
        _, secret = gateway.desk.create("web")
        asked = ASKED | {"stream": True}
        status, told, body = gateway.ask("/v1/chat/completions", "POST", secret, asked, origin=APP)

    assert (status, told["access-control-allow-origin"]) == (200, APP)
    assert body.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/v1/chat/completions", "POST", 401), ("/v1/chat/completion", "POST", 404), ("/v1/models", "POST", 405)],
)
def test_its_page_can_read_what_was_wrong(gateway, path, method, status):
    found, told, body = gateway.ask(path, method, None, ASKED, origin=APP, sec_fetch_site="cross-site")

    assert found == status
    assert told["access-control-allow-origin"] == APP
    assert json.loads(body)["error"]["message"]
    assert preflight(gateway, path)[0] == 204


@pytest.mark.parametrize("origin", ["https://other.example", "http://app.example", f"{APP}.evil.example", "null"])
def test_the_page_of_another_site_is_kept_out_still(gateway, origin):
    _, secret = gateway.desk.create("web")
    status, told = preflight(gateway, origin=origin)
    sent, also, _ = gateway.ask("/v1/models", "POST", secret, origin=origin, sec_fetch_site="cross-site")

    assert (status, sent) == (403, 405)
    assert (
        gateway.ask("/v1/chat/completions", "POST", secret, ASKED, origin=origin, sec_fetch_site="cross-site")[0] == 403
    )
    for headers in (told, also):
        assert "access-control-allow-origin" not in headers
        assert headers["vary"] == "origin"


@pytest.mark.parametrize("path", ["/admin/keys", "/admin/reload", "/metrics"])
def test_what_is_an_operators_is_for_no_page(gateway, path):
    status, told = preflight(gateway, path)

    assert status == 403
    assert "access-control-allow-origin" not in told


def test_without_any_site_no_answer_says_a_word_of_it(tmp_path):
    with operated(tmp_path) as gateway:
        _, told, _ = gateway.ask("/healthz", origin=APP)
        status, asked = preflight(gateway)

    assert status == 403
    assert not {name for name in (*told, *asked) if name.startswith("access-control") or name == "vary"}


def test_every_site_may_ask_where_callers_need_a_key(tmp_path):
    with operated(tmp_path, [repeat(READ, document())], server='origins = ["*"]') as gateway:
        _, secret = gateway.desk.create("web")
        status, told = preflight(gateway, origin="null")
        answered, headers, _ = gateway.ask("/v1/chat/completions", "POST", secret, ASKED, origin=APP)

    assert (status, answered) == (204, 200)
    assert told["access-control-allow-origin"] == headers["access-control-allow-origin"] == "*"
    assert "vary" not in headers


def test_a_reload_takes_other_sites(tmp_path):
    with operated(tmp_path, server=NAMED) as gateway:
        gateway.rewrite(APP, "https://new.example")
        _, told = gateway.admin("/admin/reload", "POST")

        assert told["changed"][0].startswith("server.origins: ")
        assert preflight(gateway)[0] == 403
        assert preflight(gateway, origin="https://new.example")[0] == 204
