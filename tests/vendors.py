"""Vendors in memory: a transport on which each host answers what a test wrote down, and remembers what it was asked."""

import json
from urllib.parse import urlsplit

from dragoman.transport import NoAnswer


class Said:
    """An answer.

    Attributes:
        status: its HTTP status.
        headers: its headers.
        closed: whether its reader has left it.
    """

    arrived = None

    def __init__(self, *pieces, status=200, headers=None, kind="application/json", cut=False):
        self.status = status
        self.headers = {"content-type": kind} | (headers or {})
        self.closed = False
        self._pieces = list(pieces)
        self._cut = cut

    def read(self, until):
        if self._pieces:
            return self._pieces.pop(0)
        if self._cut:
            raise NoAnswer("cut", "the connection closed", sent=True)
        return b""

    def whole(self, until, bound):
        return b"".join(iter(lambda: self.read(until), b""))

    def finish(self):
        self.closed = True

    def close(self):
        self.closed = True


class Waited(Said):
    """The same for an asynchronous client."""

    async def read(self, until):
        return super().read(until)

    async def whole(self, until, bound):
        pieces = []
        while piece := await self.read(until):
            pieces.append(piece)
        return b"".join(pieces)


def says(text, **known):
    """A completion."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return lambda cls: cls(json.dumps({"id": "c1", "choices": [choice]}).encode(), **known)


def calls(name, arguments):
    """A completion that calls a tool."""
    call = {"id": "t1", "type": "function", "function": {"name": name, "arguments": arguments}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    return lambda cls: cls(json.dumps({"id": "c1", "choices": [choice]}).encode())


def fails(status, message="no", code=None, **headers):
    """A refusal."""
    body = json.dumps({"error": {"message": message, "code": code}}).encode()
    return lambda cls: cls(body, status=status, headers=headers)


def streams(*texts, cut=False):
    """A streamed answer, a chunk for each text; cut, it breaks off after the last."""
    deltas = [{"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]} for text in texts]
    pieces = [f"data: {json.dumps(delta)}\n\n".encode() for delta in deltas]
    if not cut:
        end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        pieces += [f"data: {json.dumps(end)}\n\n".encode(), b"data: [DONE]\n\n"]
    return lambda cls: cls(*pieces, kind="text/event-stream", cut=cut)


def down(_):
    """Nobody listens."""
    raise NoAnswer("connect", "connection refused")


class Asked:
    """A request as it arrived.

    Attributes:
        host: whom it was for.
        target: path and query.
        headers: its headers, names in lower case.
        json: its body.
    """

    def __init__(self, request):
        parts = urlsplit(request.url)
        self.host = parts.hostname
        self.target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        self.headers = {name.lower(): value for name, value in request.headers + request.own}
        self.json = json.loads(request.body) if request.body else None


class Vendors:
    """A blocking transport to them.

    Args:
        script: for each host, what it answers in turn; the last again and again.

    Attributes:
        asked: what has been asked so far.
        given: the answers that were given.
        closed: whether it was closed.
    """

    answer = Said

    def __init__(self, script):
        self.asked = []
        self.given = []
        self.closed = False
        self._script = {host: list(answers) for host, answers in script.items()}

    @property
    def hosts(self):
        return [request.host for request in self.asked]

    def send(self, request, until):
        self.asked.append(Asked(request))
        answers = self._script[self.asked[-1].host]
        made = (answers.pop(0) if len(answers) > 1 else answers[0])(self.answer)
        self.given.append(made)
        return made

    def close(self):
        self.closed = True


class AsyncVendors(Vendors):
    """An asynchronous transport to them."""

    answer = Waited

    async def send(self, request, until):
        return super().send(request, until)
