"""A script or a cassette as a server on loopback, for programs that take an address. Touches network and threads."""

from __future__ import annotations

import select
import socket
import struct
import threading
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

import msgspec

from dragoman.testing.playing import Abrupt
from dragoman.transport import NoAnswer, Outgoing

if TYPE_CHECKING:
    from collections.abc import Generator

    from dragoman.transport import Answer, Transport

PATIENCE = 600.0
"""How many seconds a recording is given for one piece of an answer from the far side."""

_OWN = frozenset({"accept-encoding", "connection", "content-length", "host", "keep-alive", "transfer-encoding"})
_BARE = frozenset({204, 304})
"""Statuses whose answers have no body, and no framing of one (RFC 9112 §6.3)."""
_LINGER_NOT = struct.pack("ii", 1, 0)


@contextmanager
def serving(transport: Transport, *, to: str = "") -> Generator[str]:
    """Serve what a transport answers, on an address of this machine; gives the base URL, such as `http://…/v1`.

    A script or cassette is left with the server, and checked or saved as its own `with` would do.

    Args:
        transport: a `Script`, a `Cassette`, or any other; threads call it, one for each connection.
        to: the base URL that requests are addressed to, for a cassette that records.
    """
    with ExitStack() as stack:
        if isinstance(transport, AbstractContextManager):
            stack.enter_context(cast("AbstractContextManager[object]", transport))
        server = _Server(transport, to)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()
            server.leave()
            server.server_close()


class _Server(ThreadingHTTPServer):
    # Closing the server waits for its threads, which `leave` has freed.
    daemon_threads = False

    def __init__(self, transport: Transport, to: str) -> None:
        self.transport = transport
        self._connections: set[socket.socket] = set()
        self._forsaken: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.url = f"http://127.0.0.1:{self.server_port}/v1"
        self._far = (to or self.url).rstrip("/")

    def address(self, path: str) -> str:
        """Where a request to a path of this server goes on to."""
        return self._far + path.removeprefix("/v1")

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection, and know it."""
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - socketserver's own signature
        """End a connection, and forget it."""
        self._connections.discard(request)
        if request in self._forsaken:
            self._forsaken.discard(request)
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def forsake(self, connection: socket.socket) -> None:
        """Let a connection end by a reset, without the goodbye that the standard library says first."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        self._forsaken.add(connection)

    def leave(self) -> None:
        """End every connection, and what waits on it."""
        self.transport.close()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's own signature
        """Say nothing: what a client does not read was not meant for it, and the script knows its own failures."""


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Events go out one by one; without this, the second would wait for the first one's acknowledgement.
    disable_nagle_algorithm = True
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride] - made by no other server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's own name
        """Say nothing: a test has the script's requests."""

    def do_POST(self) -> None:
        """Answer one request."""
        self._converse()

    do_GET = do_DELETE = do_PUT = do_POST  # noqa: N815 - the standard library calls them

    def _converse(self) -> None:
        body = self._body()
        headers = tuple((name, value) for name, value in self.headers.items() if name.lower() not in _OWN)
        request = Outgoing(self.command, self.server.address(self.path), headers, body)
        try:
            answer = self.server.transport.send(request, monotonic() + PATIENCE)
        except NoAnswer as why:
            self._stop(why, abrupt=True)
        except Exception as failure:  # noqa: BLE001 - a script that has run out, or a far side that cannot be asked
            self._explain(failure)
        else:
            self._relay(answer)

    def _body(self) -> bytes:
        """The request's body, in one piece or in chunks (RFC 9112 §7.1)."""
        if "chunked" not in self.headers.get("transfer-encoding", "").lower():
            return self.rfile.read(int(self.headers.get("content-length", "0")))
        pieces: list[bytes] = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        # Fields may stand behind the last chunk; they say nothing of the body.
        while self.rfile.readline().strip():
            pass
        return b"".join(pieces)

    def _relay(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name not in _OWN and name != "content-encoding":
                self.send_header(name, value)
        if answer.status in _BARE:
            self.end_headers()
            answer.close()
            return
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        try:
            while piece := answer.read(monotonic() + PATIENCE):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        except NoAnswer as why:
            self._stop(why, abrupt=isinstance(why, Abrupt))
        except OSError:  # the client has left
            self.close_connection = True
        finally:
            answer.close()

    def _explain(self, failure: Exception) -> None:
        """Tell the client too: its test may not look further."""
        error = {"message": f"{type(failure).__name__}: {failure}", "type": "script_error", "param": None, "code": None}
        body = msgspec.json.encode({"error": error})
        # 501 is a status that no client tries again, whose second request would only hide the first.
        self.send_response(501)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stop(self, why: NoAnswer, *, abrupt: bool) -> None:
        """End the connection as the answer did; one that stalls ends when the client leaves, or the server."""
        self.close_connection = True
        if why.kind == "timeout":
            select.select([self.connection], [], [])
        elif abrupt:
            self.server.forsake(self.connection)
