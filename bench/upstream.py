"""The upstream of every gateway: what it answers, and when, is in the model's name. Prints its port.

whole-DELAY             a completion, after so many milliseconds
stream-COUNT-EVERY      a stream of so many chunks, one each so many milliseconds; all at once where that is 0
"""

import heapq
import itertools
import json
import select
import socket
import sys
import time

from server import WHOLE, event

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
USAGE = {"prompt_tokens": 14, "completion_tokens": 140, "total_tokens": 154}
# Of one length, and not all the same: LiteLLM breaks off an answer that says the same a hundred times over.
WORDS = " painter", " gallery", " picture", " drawing"


def pieces(count):
    """A stream of so many chunks, each as it travels."""
    ends = {"id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1763683200, "model": "bench-1"}
    data = b"data: " + json.dumps(ends | {"choices": [], "usage": USAGE}).encode() + b"\n\n"
    last = event({}, "stop") + b"%x\r\n%b\r\n" % (len(data), data) + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"
    first = event({"role": "assistant", "content": "A"})
    middle = [event({"content": word}) for word in WORDS]
    return [first, *itertools.islice(itertools.cycle(middle), count - 2), last]


class Upstream:
    """A loop on epoll, with a heap of what is to be sent later."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.ready = select.epoll()
        self.ready.register(self.listener, select.EPOLLIN)
        self.ready.register(sys.stdin, select.EPOLLIN)
        self.peers, self.unread, self.later = {}, {}, []
        self.made = {}
        self.order = itertools.count()

    def serve(self):
        print(self.listener.getsockname()[1], flush=True)
        while True:
            now = time.monotonic()
            while self.later and self.later[0][0] <= now:
                at, _, peer, rest, every = heapq.heappop(self.later)
                self.send(peer, rest, every, at)
            wait = max(self.later[0][0] - now, 0.0) if self.later else None
            for number, _ in self.ready.poll(wait):
                if number == self.listener.fileno():
                    self.accept()
                elif number == sys.stdin.fileno():
                    return
                else:
                    self.read(number)

    def accept(self):
        peer, _ = self.listener.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.peers[peer.fileno()], self.unread[peer.fileno()] = peer, b""
        self.ready.register(peer, select.EPOLLIN)

    def read(self, number):
        peer = self.peers[number]
        try:
            data = peer.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            self.ready.unregister(number)
            del self.peers[number], self.unread[number]
            peer.close()
            return
        self.unread[number] += data
        head, _, body = self.unread[number].partition(b"\r\n\r\n")
        # Every body of the benchmark ends its JSON document, and with it the request; one in chunks ends those.
        if not body.endswith((b"}", b"}\r\n0\r\n\r\n")):
            return
        self.unread[number] = b""
        if head.startswith(b"GET"):
            peer.sendall(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
            return
        model = json.loads(body[body.index(b"{") : body.rindex(b"}") + 1])["model"].rpartition("/")[2]
        self.answer(peer, *model.split("-"))

    def answer(self, peer, kind, first, second="0"):
        now = time.monotonic()
        if kind == "whole":
            self.send(peer, [WHOLE], 0.0, now) if first == "0" else self.put(peer, [WHOLE], 0.0, now + int(first) / 1e3)
            return
        if first not in self.made:
            self.made[first] = HEAD, pieces(int(first))
        head, chunks = self.made[first]
        if second == "0":
            peer.sendall(head + b"".join(chunks))
        else:
            self.send(peer, [head + chunks[0], *chunks[1:]], int(second) / 1e3, now)

    def send(self, peer, rest, every, at):
        if peer.fileno() < 0:
            return
        try:
            peer.sendall(rest[0])
        except OSError:
            return
        if len(rest) > 1:
            self.put(peer, rest[1:], every, at + every)

    def put(self, peer, rest, every, at):
        heapq.heappush(self.later, (at, next(self.order), peer, rest, every))


if __name__ == "__main__":
    Upstream().serve()
