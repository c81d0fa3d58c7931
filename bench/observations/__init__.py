"""What is looked at: each a function that puts a client before a server and says in a word or two what came of it."""

import json
import threading
import time
from contextlib import contextmanager

from answers import COMPLETION, DONE, document, step
from scripted import LAST_CHUNK, READ, Scripted, answer, chunk, chunked, chunked_head, repeat

FIRST = step("", delta={"role": "assistant"})
"""With what a stream begins."""
SEEN = {}
"""The observations by their names."""


def observe(function):
    """Make a function one of them."""
    SEEN[function.__name__] = function
    return function


class Server:
    """A server that gives its answers in turn, over whichever connections; the last one again and again.

    Attributes:
        times: when each request had been read.
    """

    def __init__(self, *answers):
        self._answers = list(answers)
        self._lock = threading.Lock()
        self.times = []
        self.scripted = Scripted([repeat(READ, self._answer)])

    def _answer(self, peer):
        with self._lock:
            self.times.append(time.monotonic())
            steps = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        for step_ in steps if isinstance(steps, list) else [steps]:
            step_(peer) if callable(step_) else peer.sendall(step_)

    @property
    def url(self):
        """Where a client is pointed."""
        return self.scripted.url("/v1")

    @property
    def asked(self):
        """The bodies of the requests."""
        return [request.json for request in self.scripted.requests]

    @property
    def gaps(self):
        """The seconds between one request and the next."""
        return [after - before for before, after in zip(self.times, self.times[1:], strict=False)]


@contextmanager
def server(*answers):
    """A server for the length of one observation."""
    made = Server(*(answers or (document(),)))
    try:
        yield made
    finally:
        made.scripted.close()


def said(content="Monet", finish="stop", message=None, **fields):
    """A completion with this and that."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content} | (message or {})}
    return document(COMPLETION | {"choices": [choice | {"finish_reason": finish}]} | fields)


def refusal(status, error, headers=None):
    """An answer that is an error."""
    body = error if isinstance(error, bytes) else json.dumps({"error": error}).encode()
    return answer(body, status, headers)


def failure(work):
    """What a piece of work raises; None where it raises nothing."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - which one it is is what is looked at
        return error
    return None


def open_stream():
    """A stream that has begun and does not go on."""
    return chunked_head() + chunk(FIRST) + chunk(step("Mo"))


def lagging(peer):
    """A stream whose terminator comes a moment after its last event."""
    peer.sendall(chunked_head() + b"".join(map(chunk, (FIRST, step("Mo"), step(finish="stop"), DONE))))
    time.sleep(0.02)
    peer.sendall(LAST_CHUNK)


def streamed(*pieces):
    """A whole stream of these pieces of text."""
    return chunked(FIRST, *map(step, pieces), step(finish="stop"), DONE)


def yes(true, no="no"):
    """A cell."""
    return "yes" if true else no


def named(error):
    """An error's class."""
    return f"`{type(error).__name__}`"
