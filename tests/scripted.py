"""A server on loopback that does exactly what a test wrote down, mistakes included. Touches sockets and threads.

A script is a list of steps, one script for each connection in the order they come; the last script serves every later
connection too. A step is bytes to send, or one of the objects below. When a script is over, the server waits for the
client to leave. So this is a server that answers two requests on one connection and resets the next one mid-body:

    with Scripted(
        [READ, answer(b"one"), READ, answer(b"two")],
        [READ, b"HTTP/1.1 200 OK\\r\\nContent-Length: 100\\r\\n\\r\\nhalf", RESET],
    ) as server:
        ... server.url("/v1/models") ...
        assert server.connections[0].requests[1].body == b"..."

Nothing here sleeps: where a test needs time to pass it puts a `Hold` in the script and releases it.
"""

from __future__ import annotations

import enum
import json
import select
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from pathlib import Path

PATIENCE = 10.0
"""Seconds after which a test that waits for the other side is told it hangs."""


class Step(enum.Enum):
    """What a connection does next, besides sending bytes."""

    READ = "read one request, head and body"
    READ_HEAD = "read the head of a request and leave its body unread"
    CLOSE = "close in order: FIN, after close_notify where there is TLS"
    CUT = "close the socket under TLS without close_notify; the same as CLOSE elsewhere"
    RESET = "close with RST: the client loses what it has not read"
    HALF = "send FIN and go on reading"
    LEFT = "wait until the client has closed"
    TUNNEL = "read a CONNECT request, agree, and pass bytes both ways to the place it names"
    TLS = "begin TLS with the server's context"


READ, READ_HEAD, CLOSE, CUT, RESET = Step.READ, Step.READ_HEAD, Step.CLOSE, Step.CUT, Step.RESET
HALF, LEFT, TUNNEL, TLS = Step.HALF, Step.LEFT, Step.TUNNEL, Step.TLS


class Hold:
    """A step that waits until the test calls `release`; `reached` is set when the script has come to it."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._open = threading.Event()

    def release(self) -> None:
        """Let the script go on."""
        self._open.set()

    def wait(self) -> None:
        """Run by the server: say the script is here and wait."""
        self.reached.set()
        self._open.wait(PATIENCE)


@dataclass(frozen=True)
class Repeat:
    """A step that runs its steps until the client leaves."""

    steps: tuple[Any, ...]


def repeat(*steps: Any) -> Repeat:
    """These steps again and again until the client leaves: a keep-alive server is `[repeat(READ, answer(b"…"))]`."""
    return Repeat(steps)


@dataclass(frozen=True)
class Received:
    """A request as it arrived: the head's lines and the body."""

    raw: bytes
    body: bytes

    @property
    def line(self) -> str:
        """The request line."""
        return self.raw.split(b"\r\n", 1)[0].decode("latin-1")

    @property
    def headers(self) -> dict[str, str]:
        """The headers, names in lower case; the last of a repeated one."""
        lines = [line.partition(":") for line in self.raw.decode("latin-1").split("\r\n")[1:] if line]
        return {name.lower(): value.strip() for name, _, value in lines}

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Connection:
    """One connection as the server saw it.

    Attributes:
        requests: what was read on it, in order.
        left: set when the client has closed its side.
        reset: whether the client left by RST rather than FIN.
    """

    requests: list[Received] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    reset: bool = False


class _Gone(Exception):  # noqa: N818 - an outcome: the client has closed
    pass


class Scripted:
    """The server: a context manager, listening on 127.0.0.1 (or a Unix socket) from its construction on.

    Args:
        scripts: a list of steps for each connection; with none, every connection is read and left unanswered.
        tls: the server's context, to speak TLS from the first byte; a `TLS` step starts it later.
        unix: the path of a Unix socket to listen on instead.
    """

    def __init__(
        self, *scripts: list[Any], tls: ssl.SSLContext | None = None, unix: Path | None = None, late_tls: bool = False
    ) -> None:
        self._scripts = scripts or ([READ],)
        self._tls = tls
        self._from_start = tls is not None and not late_tls
        self._unix = unix
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self._holds: list[Hold] = []
        self._failures: list[BaseException] = []
        self._news = threading.Condition()
        self.connections: list[Connection] = []
        if unix is None:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.port: int = self._listener.getsockname()[1]
        else:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(unix))
            self._listener.listen()
            self.port = 0
        self._start(self._accept)

    def url(self, path: str = "/", *, scheme: str | None = None, host: str = "127.0.0.1") -> str:
        """The address of a path on this server."""
        if self._unix is not None:
            return f"http+unix://{quote(str(self._unix), safe='')}{path}"
        return f"{scheme or ('https' if self._from_start else 'http')}://{host}:{self.port}{path}"

    @property
    def requests(self) -> list[Received]:
        """All requests, connection by connection."""
        return [request for connection in self.connections for request in connection.requests]

    def wait_for(self, connections: int) -> Connection:
        """Wait until so many connections have come; the last of them."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.connections) >= connections, PATIENCE), "no connection came"
            return self.connections[connections - 1]

    def left(self, connection: int = 0) -> bool:
        """Wait until the client has left a connection; False when it stays."""
        return self.wait_for(connection + 1).left.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close()
        if self._failures and kind is None:
            raise self._failures[0]

    def close(self) -> None:
        """Stop listening, drop every connection, wait for the threads."""
        _shut(self._listener)
        for hold in self._holds:
            hold.release()
        for peer in list(self._sockets):
            _shut(peer)
        for thread in self._threads:
            thread.join(PATIENCE)
        self._listener.close()
        for peer in self._sockets:
            peer.close()

    def _start(self, target: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(peer)
            connection = Connection()
            with self._news:
                self.connections.append(connection)
                number = len(self.connections) - 1
                self._news.notify_all()
            script = self._scripts[min(number, len(self._scripts) - 1)]
            self._start(self._serve, peer, connection, script)

    def _serve(self, peer: socket.socket, connection: Connection, script: list[Any]) -> None:
        actor = _Actor(self, peer, connection)
        try:
            if self._from_start:
                actor.step(TLS)
            for step in script:
                actor.step(step)
            actor.step(LEFT)
        except _Gone:
            connection.left.set()
        except OSError:
            connection.reset = True
            connection.left.set()
        except Exception as failure:  # noqa: BLE001 - told to the test when it leaves the server
            self._failures.append(failure)
        finally:
            actor.peer.close()


class _Actor:
    """One connection, doing the steps of its script."""

    def __init__(self, server: Scripted, peer: socket.socket, connection: Connection) -> None:
        self.peer = peer
        self._server = server
        self._connection = connection
        self._unread = b""

    def step(self, step: Any) -> None:
        if isinstance(step, bytes):
            self.peer.sendall(step)
        elif isinstance(step, Repeat):
            while True:
                for inner in step.steps:
                    self.step(inner)
        elif isinstance(step, Hold):
            self._server._holds.append(step)
            step.wait()
        elif callable(step):
            step(self.peer)
        else:
            getattr(self, f"_{step.name.lower()}")()

    def _more(self) -> None:
        data = self.peer.recv(65536)
        if not data:
            raise _Gone
        self._unread += data

    def _head(self) -> bytes:
        while b"\r\n\r\n" not in self._unread:
            self._more()
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        return head

    def _read_head(self) -> None:
        self._connection.requests.append(Received(self._head(), b""))

    def _read(self) -> None:
        head = self._head()
        length = int(Received(head, b"").headers.get("content-length", "0"))
        while len(self._unread) < length:
            self._more()
        body, self._unread = self._unread[:length], self._unread[length:]
        self._connection.requests.append(Received(head, body))

    def _left(self) -> None:
        while True:
            self._unread = b""
            self._more()

    def _close(self) -> None:
        if hasattr(self.peer, "unwrap"):
            # Only our half of the goodbye: a client may leave without its own.
            self.peer.settimeout(0)
            with suppress(OSError):
                self.peer.unwrap()
        self.peer.close()
        raise _Gone

    def _cut(self) -> None:
        self.peer.close()
        raise _Gone

    def _reset(self) -> None:
        self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.peer.close()
        raise _Gone

    def _half(self) -> None:
        self.peer.shutdown(socket.SHUT_WR)

    def _tls(self) -> None:
        context = self._server._tls
        assert context is not None, "this server was given no TLS context"
        wrapped = context.wrap_socket(self.peer, server_side=True, suppress_ragged_eofs=False)
        self._server._sockets.append(wrapped)
        self.peer = wrapped

    def _tunnel(self) -> None:
        self._read_head()
        host, _, port = self._connection.requests[-1].line.split(" ")[1].rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port)), PATIENCE) as far:
            self.peer.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            ways = {self.peer: far, far: self.peer}
            while True:
                for source in select.select(list(ways), [], [], PATIENCE)[0]:
                    data = source.recv(65536)
                    if not data:
                        raise _Gone
                    ways[source].sendall(data)


def _shut(peer: socket.socket) -> None:
    with suppress(OSError):
        peer.shutdown(socket.SHUT_RDWR)


def head(status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    """The head of an answer, without any framing header of its own."""
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def answer(body: bytes = b"{}", status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    """A whole answer, framed by Content-Length; application/json unless `headers` says otherwise."""
    stated = {"Content-Type": "application/json", **(headers or {}), "Content-Length": str(len(body))}
    return head(status, stated) + body


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"
"""The end of a chunked body."""


def chunked_head(status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    """The head of a chunked answer; text/event-stream unless `headers` says otherwise."""
    return head(status, {"Content-Type": "text/event-stream", **(headers or {}), "Transfer-Encoding": "chunked"})


def chunked(*pieces: bytes, headers: Mapping[str, str] | None = None) -> bytes:
    """A whole chunked answer, one chunk a piece."""
    return chunked_head(headers=headers) + b"".join(map(chunk, pieces)) + LAST_CHUNK


def event(data: Any) -> bytes:
    """One server-sent event: a string as it is, anything else as JSON."""
    return b"data: %s\n\n" % (data if isinstance(data, str) else json.dumps(data)).encode()


class Authority:
    """A certificate authority of the test's own; its files live in `folder`."""

    def __init__(self, folder: Path) -> None:
        import trustme  # noqa: PLC0415 - few tests speak TLS

        self._ca = trustme.CA()
        self._folder = folder
        self.file = folder / "authority.pem"
        self._ca.cert_pem.write_to_path(str(self.file))

    def server(self, *names: str, want_client: bool = False) -> ssl.SSLContext:
        """A server's context with a certificate for these names; `want_client` refuses clients without one."""
        import ssl  # noqa: PLC0415 - few tests speak TLS

        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._ca.issue_cert(*names).configure_cert(context)
        if want_client:
            context.verify_mode = ssl.CERT_REQUIRED
            self._ca.configure_trust(context)
        return context

    def client(self, name: str) -> Path:
        """A client's certificate, with its key in the same file."""
        path = self._folder / f"{name}.pem"
        self._ca.issue_cert(f"{name}@example.org").private_key_and_cert_chain_pem.write_to_path(str(path))
        return path
