"""An upstream for many callers at once, which writes down whom it was asked for and whom it has answered."""

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from answers import COMPLETION, DONE, step
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


class Upstream(ThreadingHTTPServer):
    """The server, for as long as the `with` block lasts.

    Args:
        used: the usage that it says a request took.

    Attributes:
        asked: the requests that came, in their order.
        answered: those whose answer was written to its end.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, used=lambda _: COMPLETION["usage"]):
        super().__init__(("127.0.0.1", 0), Answers)
        self.used = used
        self.asked = []
        self.answered = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"

    def __enter__(self):
        self._serving = threading.Thread(target=self.serve_forever, args=(0.05,))
        self._serving.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self._serving.join()
        self.server_close()

    def handle_error(self, *_):
        """A gateway that was killed is no news."""
