"""Connections: who shares them, where they lead, and what goes over them."""

import asyncio
import json
import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trio
from asker import KEY

from answers import COMPLETION
from observations import Server, document, failure, named, observe, open_stream, server, yes
from scripted import answer


@observe
def loops_in_turn(asker):
    with server() as there:
        client = asker.async_client(there.url)
        for _ in range(3):
            asyncio.run(asker.ask_later(client))
    return "yes"


@observe
def trio_too(asker):
    with server() as there:
        trio.run(asker.ask_later, asker.async_client(there.url))
    return "yes"


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["messages"][0]["content"]
        choice = COMPLETION["choices"][0] | {"message": {"role": "assistant", "content": asked}}
        body = json.dumps(COMPLETION | {"choices": [choice]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@observe
def threads(asker):
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as there:
        threading.Thread(target=there.serve_forever, daemon=True).start()
        client = asker.client(f"http://127.0.0.1:{there.server_port}/v1")

        def ask(word):
            return asker.text(asker.ask(client, messages=[{"role": "user", "content": word}]))

        words = [str(number) for number in range(40)]
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(ask, words))
        there.shutdown()
    return yes(found == words)


@observe
def connections_after_answers(asker):
    with server() as there:
        client = asker.client(there.url)
        for _ in range(3):
            asker.ask(client)
        return yes(len(there.scripted.connections) == 1)


@observe
def proxies_of_the_environment(asker):
    there = Server(document())
    old = {name: os.environ.pop(name, None) for name in ("NO_PROXY", "no_proxy", "HTTP_PROXY", "http_proxy")}
    os.environ["HTTP_PROXY"] = os.environ["http_proxy"] = there.url.removesuffix("/v1")
    try:
        asker.ask(asker.client("http://model.example/v1"))
        return yes(there.scripted.requests[0].line.startswith("POST http://model.example/"))
    finally:
        there.scripted.close()
        for name, value in old.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


@observe
def redirects_elsewhere(asker):
    with server() as elsewhere:
        place = elsewhere.url.replace("127.0.0.1", "localhost") + "/chat/completions"
        with server(answer(b"", "307 There", {"Location": place})) as there:
            client = asker.client(there.url)
            failure(lambda: asker.ask(client))
        if not elsewhere.times:
            return "yes: not followed"
        carried = KEY in elsewhere.scripted.requests[0].raw.decode()
    return yes(not carried, "no: sent along")


@observe
def dead_peers(asker):
    with server(open_stream()) as there:
        stream = iter(asker.stream(asker.client(there.url)))
        next(stream)
        # Linux says of each connection which timer runs for it: 2 is that of keep-alive (proc(5), `/proc/net/tcp`).
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        (timer,) = [line[5] for line in lines if line[2].endswith(f":{there.scripted.port:04X}")]
        return yes(timer.startswith("02"))


@observe
def nobody_there(asker):
    with socket.create_server(("127.0.0.1", 0)) as there:
        port = there.getsockname()[1]
    error = failure(lambda: asker.ask(asker.client(f"http://127.0.0.1:{port}/v1")))
    return yes(asker.own(error), f"no: {named(error)}")
