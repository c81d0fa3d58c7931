"""What a redirect asks for, and what is never sent along."""

import pytest

from dragoman.errors import ProtocolError
from dragoman.exchange.redirect import redirected
from dragoman.transport import Outgoing

HEADERS = (
    ("accept", "*/*"),
    ("Authorization", "Bearer sk-1"),
    ("x-api-key", "sk-1"),
    ("x-goog-api-key", "sk-1"),
    ("x-auth-token", "sk-1"),
    ("cookie", "a=b"),
)


class Moved:
    def __init__(self, status, location=None):
        self.status = status
        self.headers = {} if location is None else {"location": location}


def after(status, location, method="POST", url="https://a.example/v1/chat"):
    return redirected(Outgoing(method, url, HEADERS, b"{}"), Moved(status, location), {})


@pytest.mark.parametrize(
    ("location", "leads"),
    [
        ("/v2/chat", "https://a.example/v2/chat"),
        ("chat2", "https://a.example/v1/chat2"),
        ("https://a.example:443/x", "https://a.example:443/x"),
    ],
)
@pytest.mark.parametrize("status", [307, 308])
def test_at_the_same_origin_everything_goes_along(status, location, leads):
    request = after(status, location)

    assert (request.url, request.headers, request.body, request.method) == (leads, HEADERS, b"{}", "POST")


@pytest.mark.parametrize("location", ["https://b.example/v1", "https://a.example:8443/v1", "//b.example/"])
def test_no_credential_goes_to_another_origin(location):
    assert after(308, location).headers == (("accept", "*/*"),)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_body_is_not_dropped_silently(status):
    with pytest.raises(
        ProtocolError, match=r"the server moved: .* use the address it names \(https://b\.example:443\)"
    ):
        after(status, "https://b.example/v1")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_what_has_no_body_is_followed(status):
    assert after(status, "/v2", "GET").url == "https://a.example/v2"


@pytest.mark.parametrize(
    ("location", "says"),
    [
        (None, "status 307 without an address to go to"),
        ("https://[::1/v1", "without an address to go to"),
        ("https://a.example:99999/", "without an address to go to"),
        ("https://a.example:https/", "without an address to go to"),
        ("https://ana:secret@a.example/", "without an address to go to"),
        ("/a b", "without an address to go to"),
        ("file:///etc/passwd", "without an address to go to"),
        ("http://a.example/v1", "refused to follow a redirect from https to http"),
    ],
)
def test_some_lead_nowhere(location, says):
    with pytest.raises(ProtocolError, match=says):
        after(307, location)
