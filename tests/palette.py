"""Transports of any colour behind one set of plain calls, so that a test is written once. See the `colour` fixture."""

from time import monotonic

import pytest

from dragoman.transport import NoAnswer, Outgoing

PATIENCE = 10.0
BOUND = 1 << 24


def soon(seconds=PATIENCE):
    return monotonic() + seconds


def get(url, *headers):
    return Outgoing("GET", url, headers)


def post(url, body=b"{}", *headers, connect=5.0):
    return Outgoing("POST", url, headers, body, connect)


class Plain:
    """An answer, read without waiting words whatever its colour."""

    def __init__(self, answer, run):
        self.answer = answer
        self._run = run
        self.status = answer.status
        self.headers = answer.headers

    def read(self, seconds=PATIENCE):
        return self._run(self.answer.read(soon(seconds)))

    def whole(self, bound=BOUND, seconds=PATIENCE):
        return self._run(self.answer.whole(soon(seconds), bound))

    def pieces(self):
        got = []
        while piece := self.read():
            got.append(piece)
        return got

    def finish(self):
        self.answer.finish()

    def close(self):
        self.answer.close()


class Colour:
    """Makes transports of one colour and runs what they wait for."""

    def __init__(self, make, run, tick):
        self.make = make
        self.run = run
        self.tick = tick
        self._made = []
        self._default = None

    def transport(self, **options):
        made = self.make(**options)
        self._made.append(made)
        return made

    @property
    def default(self):
        if self._default is None:
            self._default = self.transport()
        return self._default

    def send(self, request, transport=None, seconds=PATIENCE):
        transport = transport or self.default
        return Plain(self.run(transport.send(request, soon(seconds))), self.run)

    def fetch(self, url, transport=None):
        """The body of one whole call."""
        return self.send(post(url), transport).whole()

    def failure(self, request, transport=None, seconds=PATIENCE):
        """The NoAnswer that a call ends in, wherever in it."""
        with pytest.raises(NoAnswer) as caught:
            self.send(request, transport, seconds).whole(seconds=seconds)
        return caught.value

    def close(self):
        for transport in self._made:
            transport.close()
