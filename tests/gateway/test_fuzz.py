"""What nobody would send, sent: schemathesis on the endpoint's own description, and requests and upstreams made of chance.

`FUZZ_EXAMPLES=600 pytest --timeout 7200 tests/gateway/test_fuzz.py` looks for longer.
"""

import asyncio
import contextlib
import json
import os
import re
import socket
import subprocess
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gateways
import originals
from answers import COMPLETION, DONE, step
from dragoman.gateway.app import Gateway
from operated import ADMIN, ask, operated
from upstreams import Answers, Upstream

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))
CARD = {"id": "m", "object": "model", "created": 1, "owned_by": "nobody"}
VECTORS = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.5, -0.5]}],
    "model": "m",
    "usage": {"prompt_tokens": 2, "total_tokens": 2},
}


class Speaks(Answers):
    """An upstream that has all a gateway may ask of one."""

    def do_GET(self):  # noqa: N802 - the server's own name
        self.told({"object": "list", "data": [CARD]} if self.path == "/v1/models" else CARD)

    def do_POST(self):  # noqa: N802 - the same
        if self.path != "/v1/embeddings":
            super().do_POST()
            return
        self.rfile.read(int(self.headers["content-length"]))
        self.told(VECTORS)

    def told(self, document):
        body = json.dumps(document).encode()
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)


@pytest.fixture
def gateway(tmp_path):
    """A gateway with keys and an admin, in front of an upstream that always answers."""
    with Upstream() as upstream:
        upstream.RequestHandlerClass = Speaks
        with operated(
            tmp_path,
            more=f'[upstreams.second]\nurl = "{upstream.url}"\nparameters = "pass"\n[[routes]]\nmodel = "*"\ncandidates = ["second"]',
        ) as made:
            yield made


def test_no_request_that_the_description_allows_or_forbids_makes_the_gateway_fail(gateway, tmp_path):
    schemathesis = originals.python("schemathesis", Path(__file__).parent).with_name("schemathesis")
    command = [
        schemathesis, "run", gateway.served.url.removesuffix("/v1") + "/openapi.json",
        "--header", f"Authorization: Bearer {ADMIN}",
        "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES), "--request-timeout", "5",
        "--no-color", "--continue-on-failure",
    ]  # fmt: skip
    done = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)  # noqa: S603 - our own command

    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    selected, tested = re.search(r"Selected: (\d+)/", done.stdout), re.search(r"Tested: (\d+)", done.stdout)
    assert selected.group(1) == tested.group(1) != "0"
    assert ask(gateway.served.url, "/healthz")[0] == 200


class Chance:
    """An upstream that answers every request with the bytes it was given, in the pieces it was told, and hangs up.

    Attributes:
        pieces: those of the next answer.
    """

    def __init__(self):
        self.pieces = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._serving = threading.Thread(target=self._serve)
        self._serving.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}/v1"

    def close(self):
        self._listening.shutdown(socket.SHUT_RDWR)
        self._serving.join()
        self._listening.close()

    def _serve(self):
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            with line, contextlib.suppress(OSError):
                line.settimeout(5)
                self._answer(line)

    def _answer(self, line):
        asked = b""
        while b"\r\n\r\n" not in asked:
            piece = line.recv(65536)
            if not piece:
                return
            asked += piece
        head, _, body = asked.partition(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head.lower()).group(1))
        while len(body) < length:
            body += line.recv(65536)
        for piece in self.pieces:
            line.sendall(piece)
        line.shutdown(socket.SHUT_WR)
        line.recv(1)


@pytest.fixture(scope="module")
def relaying():
    """Asks a gateway of this process in front of such an upstream: `relaying(path, body, pieces)`."""
    upstream = Chance()
    more = (
        '[[routes]]\nmodel = "*"\ncandidates = ["only"]\nretries = 0\n[timeouts]\ntotal = 8\nidle = 4\nfirst_token = 4'
    )
    with asyncio.Runner() as runner:
        running = gateways.made(upstream.url, more=more)
        app, totals = Gateway(running), running.lasting.totals

        def asked(path, body, pieces):
            upstream.pieces = pieces
            # No circuit is to stay open from one example to the next.
            for lane in running.relay.upstreams["only"].lanes:
                lane.circuit.succeeded()
            before = sum(totals.closed.values())
            status, answer = runner.run(asyncio.wait_for(exchanged(app, path, body), 20))
            assert totals.open == 0
            return status, answer, sum(totals.closed.values()) - before

        yield asked
        running.close()
        upstream.close()


async def exchanged(app, path, body):
    """The status and the body that an application answers a request with; its caller stays to the end."""
    told, over = [], asyncio.Event()
    coming = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        if coming:
            return coming.pop()
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        told.append(message)

    await app({"type": "http", "method": "POST", "path": path, "headers": []}, receive, send)
    over.set()
    return told[0]["status"], b"".join(each.get("body", b"") for each in told)


MESSAGES = [{"role": "user", "content": "x"}]
ITEMS = [{"type": "message", **MESSAGES[0]}, {"type": "reasoning", "summary": []}]
REQUESTS = {
    "/v1/chat/completions": {"model": "m", "messages": MESSAGES, "temperature": 1, "stream_options": None},
    "/v1/completions": {"model": "m", "prompt": "x", "max_tokens": 3},
    "/v1/embeddings": {"model": "m", "input": ["x", "y"], "encoding_format": "float"},
    "/v1/messages": {"model": "m", "max_tokens": 3, "messages": MESSAGES, "system": "x", "tools": []},
    "/v1/messages/count_tokens": {"model": "m", "messages": MESSAGES},
    "/v1/responses": {
        "model": "m",
        "max_output_tokens": 16,
        "input": ITEMS,
        "instructions": "x",
        "tools": [],
        "text": {},
    },
}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nConnection: close\r\n\r\n"
WHOLE = [HEAD % b"application/json" + json.dumps(COMPLETION).encode()]
STREAMED = HEAD % b"text/event-stream" + step("Mo") + step("net") + step(finish="stop") + DONE

FEW = settings(max_examples=10 * EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
ANYTHING = st.recursive(PLAIN, lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=8), each, max_size=3), max_leaves=6)  # fmt: skip


def is_sound(status, answer):
    """Whether a caller was told something: an answer, or a reason that is no mistake of the gateway's."""
    return status == 200 or (bool(json.loads(answer)["error"]["message"]) and b"the gateway failed" not in answer)


@FEW
@given(data=st.data(), path=st.sampled_from(sorted(REQUESTS)))
def test_no_body_makes_the_gateway_fail(relaying, data, path):
    body = dict(REQUESTS[path])
    for name in data.draw(st.lists(st.sampled_from([*body, "stream", "n", "tools", "vendor"]), max_size=3)):
        body[name] = data.draw(ANYTHING)
    raw = json.dumps(body).encode()
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(raw)))
        raw = raw[:at] + data.draw(st.binary(max_size=6)) + raw[at + data.draw(st.integers(0, 3)) :]

    status, answer, rows = relaying(path, raw, [STREAMED] if body.get("stream") is True else WHOLE)

    assert is_sound(status, answer), answer
    assert rows <= 1
    assert status != 200 or rows == 1 or path.endswith("count_tokens")


@FEW
@given(
    data=st.data(),
    streamed=st.booleans(),
    path=st.sampled_from(["/v1/chat/completions", "/v1/messages", "/v1/responses"]),
)
def test_nothing_that_an_upstream_sends_makes_the_gateway_fail(relaying, data, streamed, path):
    sent = STREAMED if streamed else WHOLE[0]
    at = data.draw(st.integers(0, len(sent)))
    # Behind the head, mostly: what is no HTTP at all is refused by the first byte of it.
    at = max(at, sent.index(b"\r\n\r\n") + 4) if data.draw(st.booleans()) else at
    sent = sent[:at] + data.draw(st.binary(max_size=12)) + sent[at + data.draw(st.integers(0, 400)) :]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=3)))
    pieces = [sent[start:end] for start, end in pairwise([0, *cuts, len(sent)])]

    status, answer, rows = relaying(path, json.dumps(REQUESTS[path] | {"stream": streamed}).encode(), pieces)

    assert is_sound(status, answer), answer
    assert rows == 1
    if streamed and status == 200:
        ended = b"data: [DONE]" in answer or b"message_stop" in answer
        assert ended != (b'"error"' in answer), answer
