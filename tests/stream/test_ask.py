"""The short way of a call comes to what the long way comes to, in both colours."""

import gzip
import json

import pytest

from answers import BODIES, COMPLETION, STREAM, document
from colours import BOTH, name_of
from dragoman import Retry
from scripted import CLOSE, READ, RESET, Scripted, answer, chunked, repeat

BUSY = answer(b'{"error":{"message":"busy","code":"overloaded"}}', status="503 Busy")
MONET = json.dumps(COMPLETION).encode()
ANSWERS = {
    "a completion": [READ, document()],
    "in chunks": [READ, chunked(MONET[:40], MONET[40:])],
    "compressed": [READ, answer(gzip.compress(MONET), headers={"Content-Encoding": "gzip"})],
    "created": [READ, answer(MONET, status="201 Created")],
    "until the end": [READ, b"HTTP/1.0 200 OK\r\n\r\n" + MONET, CLOSE],
    "behind informational ones": [READ, b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + document()],
    "no content": [READ, b"HTTP/1.1 204 No Content\r\n\r\n"],
    "empty": [READ, answer(b"")],
    "a page": [READ, answer(b"<html>hello</html>", headers={"Content-Type": "text/html"})],
    "not UTF-8": [READ, answer(MONET.replace(b"Monet", b"\xff"))],
    "types nobody expects": [READ, answer(MONET.replace(b'"created": 1', b'"created": "yesterday"'))],
    "no choices": [READ, document(COMPLETION | {"choices": []})],
    "an error with 200": [repeat(READ, answer(b'{"error":{"message":"no","code":"c"}}'))],
    "a stream": [READ, STREAM],
    "a redirect": [READ, answer(b"", status="307 Over There", headers={"Location": "/elsewhere"}), READ, document()],
    "busy, then a completion": [READ, BUSY, READ, document()],
    "busy for good": [repeat(READ, BUSY)],
    "nothing": [READ, CLOSE],
    "a reset": [READ, RESET],
    "cut": [READ, document()[:-5], CLOSE],
    "no HTTP": [READ, b"hello?\r\n\r\n"],
} | {f"400, its body {name}": [READ, answer(body, status="400 Bad")] for name, body in BODIES.items()}


def came_to(outcome):
    """What a caller sees."""
    error = outcome.error
    if error is None:
        return outcome.result.to_dict()
    kept = ("message", "status", "code", "param", "type", "request_id", "body", "retryable", "attempts", "spent")
    whole = {name: getattr(error, name) for name in kept}
    return type(error), whole, [(tried.status, tried.error, tried.message) for tried in error.history]


@pytest.mark.parametrize("colour", BOTH, ids=name_of)
@pytest.mark.parametrize("script", ANSWERS.values(), ids=ANSWERS)
def test_watched_or_not_a_call_comes_to_the_same(colour, script):
    retries = Retry(times=1, first=0.0)
    found = []
    # A call that is watched goes the long way.
    for hooks in ((), (lambda _: None,)):
        with Scripted(script) as server:
            outcome = colour.create(server.url("/v1"), retries=retries, hooks=hooks, timeout=20)
            found.append((came_to(outcome), len(server.requests)))

    short, long = found
    assert short == long
