"""An HTTP server of Python's own on loopback, for as long as a `with` block lasts."""

import threading
from http.server import ThreadingHTTPServer


class Listening(ThreadingHTTPServer):
    """The server; each connection has a thread.

    Args:
        answers: the class that answers requests.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answers):
        super().__init__(("127.0.0.1", 0), answers)

    @property
    def root(self):
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def url(self):
        """Where its API is."""
        return f"{self.root}/v1"

    def __enter__(self):
        self._serving = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._serving.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self._serving.join()
        self.server_close()

    def handle_error(self, *_):
        """Who leaves early, or was killed, is no news."""
