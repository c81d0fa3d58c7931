"""Callers of a gateway, in a process of their own: a loop on epoll. Prints how long their answers took, in seconds.

python bench/load.py PORT MODEL CALLERS COUNT [--key KEY] [--header HEADER ...] [--hold]

Each caller asks again when it has its answer, until COUNT have been asked for in all. --hold asks for COUNT streams at
once, prints a line when each has begun, and leaves them when a line comes in.
"""

import argparse
import json
import select
import socket
import sys
import time

import httptools

MESSAGES = [
    {"role": "system", "content": "Answer briefly."},
    {"role": "user", "content": "Who is the best French painter? Give three reasons for your choice."},
]


def body_for(model):
    """A request of some 300 bytes; of a stream where the model is one."""
    body = {"model": model, "messages": MESSAGES, "temperature": 0.7, "max_tokens": 256}
    return json.dumps(body | ({"stream": True} if model.startswith("stream-") else {})).encode()


def request(options):
    encoded = body_for(options.model)
    lines = ["POST /v1/chat/completions HTTP/1.1", "host: 127.0.0.1", "accept: */*", "content-type: application/json"]
    lines += ["user-agent: bench", f"authorization: Bearer {options.key}", *options.header]
    lines.append(f"content-length: {len(encoded)}\r\n\r\n")
    return "\r\n".join(lines).encode() + encoded, b'"stream": true' in encoded


class Caller:
    """One connection, with one answer after the other on it."""

    def __init__(self, port, asked, streamed):
        self.asked, self.streamed = asked, streamed
        self.port = port
        self.took = []
        self.connect()

    def connect(self):
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.parser = httptools.HttpResponseParser(self)

    def ask(self):
        self.over = self.begun = False
        self.tail = b""
        self.size = 0
        self.since = time.perf_counter()
        self.socket.sendall(self.asked)

    def on_headers_complete(self):
        # Asked now: once the message is over, the parser has forgotten what it was framed by.
        self.keeps = self.parser.should_keep_alive()

    def on_body(self, data):
        self.begun = True
        self.size += len(data)
        self.tail = data if len(data) > 300 else self.tail[-300:] + data

    def on_message_complete(self):
        self.took.append(time.perf_counter() - self.since)
        status = self.parser.get_status_code()
        whole = b"[DONE]" in self.tail if self.streamed else self.tail.rstrip().endswith(b"}")
        if status != 200 or not whole:
            raise SystemExit(f"status {status}, {self.size} bytes, which end in {self.tail[-300:]!r}")
        self.over = True

    def hear(self):
        """Read what is there; whether the answer is over."""
        data = self.socket.recv(262_144)
        if not data:
            raise SystemExit(f"the gateway closed the connection amid an answer of {self.size} bytes")
        self.parser.feed_data(data)
        return self.over


def call(options, asked, streamed):
    callers = {}
    ready = select.epoll()
    for _ in range(options.callers):
        caller = Caller(options.port, asked, streamed)
        callers[caller.socket.fileno()] = caller
        ready.register(caller.socket, select.EPOLLIN)
    left = options.count
    begun = time.perf_counter()
    for caller in callers.values():
        left -= 1
        caller.ask()
    done = 0
    while done < options.count:
        for number, _ in ready.poll():
            caller = callers[number]
            if caller.hear():
                done += 1
                if left > 0:
                    left -= 1
                    again(caller, callers, ready)
    return {"seconds": time.perf_counter() - begun, "took": sorted(t for each in callers.values() for t in each.took)}


def again(caller, callers, ready):
    """Ask once more, on a new connection where the gateway wants one."""
    if not caller.keeps:
        ready.unregister(caller.socket)
        del callers[caller.socket.fileno()]
        caller.socket.close()
        caller.connect()
        callers[caller.socket.fileno()] = caller
        ready.register(caller.socket, select.EPOLLIN)
    caller.ask()


def hold(options, asked, streamed):
    callers = [Caller(options.port, asked, streamed) for _ in range(options.count)]
    numbers = {caller.socket.fileno(): caller for caller in callers}
    ready = select.epoll()
    for caller in callers:
        ready.register(caller.socket, select.EPOLLIN)
        caller.ask()
    ready.register(sys.stdin, select.EPOLLIN)
    told = False
    while True:
        for number, _ in ready.poll():
            if number == sys.stdin.fileno():
                return
            numbers[number].hear()
        if not told and all(caller.begun for caller in callers):
            told = True
            print("begun", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("model")
    parser.add_argument("callers", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("--key", default="none")
    parser.add_argument("--header", action="append", default=[])
    parser.add_argument("--hold", action="store_true")
    options = parser.parse_args()
    asked, streamed = request(options)
    if options.hold:
        hold(options, asked, streamed)
    else:
        print(json.dumps(call(options, asked, streamed)))


if __name__ == "__main__":
    main()
