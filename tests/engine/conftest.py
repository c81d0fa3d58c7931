"""The model of this machine, one for all tests of a worker, and plain HTTP to it."""

import contextlib
import json
import time

import pytest

from dragoman.engine import Engine
from dragoman.sse import Decoder, is_done
from dragoman.transport import Outgoing
from dragoman.transport.blocking import BlockingTransport

PATIENCE = 60.0
"""Seconds after which a test is told that the engine hangs."""


class Reply:
    """An answer in one piece."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.json = json.loads(body)

    @property
    def error(self):
        return self.json["error"]


class Endpoint:
    """An engine's endpoint, spoken to as anybody would.

    Attributes:
        engine: the engine.
    """

    def __init__(self, engine):
        self.engine = engine
        self._sockets = BlockingTransport(trust_env=False)
        engine.ready(time.monotonic() + PATIENCE)

    def send(self, method, path, body=b""):
        """Send a request; the answer's body has still to be read."""
        request = Outgoing(method, self.engine.url.removesuffix("/v1") + path, (), body)
        return self._sockets.send(request, time.monotonic() + PATIENCE)

    def get(self, path):
        answer = self.send("GET", path)
        return Reply(answer.status, answer.headers, answer.whole(time.monotonic() + PATIENCE, 1 << 26))

    def post(self, **body):
        """Ask, whatever comes of it."""
        answer = self.send("POST", "/v1/chat/completions", encoded(body))
        return Reply(answer.status, answer.headers, answer.whole(time.monotonic() + PATIENCE, 1 << 26))

    def embed(self, **body):
        """Ask for vectors, whatever comes of it."""
        answer = self.send("POST", "/v1/embeddings", json.dumps({"model": "any"} | body).encode())
        return Reply(answer.status, answer.headers, answer.whole(time.monotonic() + PATIENCE, 1 << 26))

    def create(self, **body):
        """Ask, and be answered."""
        reply = self.post(**body)
        assert reply.status == 200, reply.json
        return reply.json

    def refusal(self, **body):
        """Ask, and be refused for what was asked; the error's fields."""
        reply = self.post(**body)
        assert reply.status == 400, reply.json
        return reply.error

    def stream(self, **body):
        """Ask for a stream; its events' data, decoded, `[DONE]` as it is."""
        with self.streaming(**body) as events:
            return list(events)

    @contextlib.contextmanager
    def streaming(self, **body):
        """The same while it comes; leaving the block hangs up."""
        answer = self.send("POST", "/v1/chat/completions", encoded(body | {"stream": True}))
        assert answer.status == 200, answer.whole(time.monotonic() + PATIENCE, 1 << 20)
        assert answer.headers["content-type"].startswith("text/event-stream")
        try:
            yield events(answer)
        finally:
            answer.close()

    def health(self):
        return self.get("/health").json

    def close(self):
        self._sockets.close()
        self.engine.close()


def encoded(body):
    """A request's body; what every request has needs no saying."""
    whole = {"model": "any", "messages": "What is the capital of France?", "temperature": 0, "max_tokens": 8} | body
    if isinstance(whole["messages"], str):
        whole["messages"] = [{"role": "user", "content": whole["messages"]}]
    return json.dumps({name: value for name, value in whole.items() if value is not None}).encode()


def events(answer):
    decoder = Decoder()
    while data := answer.read(time.monotonic() + PATIENCE):
        for event in decoder.feed(data):
            yield "[DONE]" if is_done(event.data) else json.loads(event.data)


@contextlib.contextmanager
def running(**options):
    """An engine of a test's own."""
    endpoint = Endpoint(Engine(**options))
    try:
        yield endpoint
    finally:
        endpoint.close()


@pytest.fixture(scope="session")
def model():
    """The endpoint of an engine that all tests of a worker share; nobody kills it."""
    with running() as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def engines():
    """Makes engines of a test's own: `with engines(slots=1) as endpoint`."""
    return running
