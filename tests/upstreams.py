"""An upstream for many callers at once, which writes down whom it was asked for and whom it has answered."""

import contextlib
import json
import time
from http.server import BaseHTTPRequestHandler

from answers import COMPLETION, DONE, step
from listening import Listening
from scripted import event


class Answers(BaseHTTPRequestHandler):
    """One connection: each request is answered with two words, streamed or not as it says."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(body)
        stream = body.get("stream", False)
        usage = {"usage": self.server.used(body)}
        pieces = [json.dumps(COMPLETION | usage).encode()]
        if stream:
            pieces = [step("Mo"), step("net"), step(finish="stop"), event({"choices": []} | usage), DONE]
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.send_header("content-type", "text/event-stream" if stream else "application/json")
            self.send_header("content-length", str(sum(map(len, pieces))))
            self.end_headers()
            for piece in pieces:
                self.wfile.write(piece)
                # Streams take their time: what happens to a gateway is to happen in the middle of them as well.
                time.sleep(0.001)
            self.server.answered.append(body)

    def log_message(self, *_):
        pass


class Upstream(Listening):
    """The server, for as long as the `with` block lasts.

    Args:
        used: the usage that it says a request took.

    Attributes:
        asked: the requests that came, in their order.
        answered: those whose answer was written to its end.
    """

    def __init__(self, used=lambda _: COMPLETION["usage"]):
        super().__init__(Answers)
        self.used = used
        self.asked = []
        self.answered = []
