"""The server from its start to its end: signals, the time it gives to what is under way, what it leaves behind."""

import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from dragoman import Dragoman, TruncatedError
from dragoman.errors import ConnectionFailedError
from scripted import LAST_CHUNK, READ, Hold, Scripted, chunk, chunked_head, event
from serving import Served, get, is_alive, until

PIECE = chunked_head() + chunk(event({"choices": [{"index": 0, "delta": {"content": "Mo"}}]}))
REST = chunk(event({"choices": [{"index": 0, "delta": {"content": "net"}, "finish_reason": "stop"}]}))
END = chunk(event("[DONE]")) + LAST_CHUNK


@pytest.mark.parametrize("order", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_server_ends_at_once_and_in_peace(order):
    with Scripted() as server, Served("--upstream", server.url("/v1")) as served:
        assert served.stop(order) == 0
        assert b"Traceback" not in served.said


def test_a_stream_that_outlasts_the_drain_is_cut_and_closed_in_the_ledger():
    with Scripted([READ, PIECE]) as server, Served("--upstream", server.url("/v1"), "--drain", "1") as served:
        with served.client(retries=0) as client:
            stream = client.chat.stream(messages="Hello")
            assert next(stream).text == "Mo"
            assert served.stop() == 0
            with pytest.raises(TruncatedError) as caught:
                stream.until_done()

        assert caught.value.partial.text == "Mo"
        assert [(entry["end"], entry["completion_tokens"]) for entry in served.ledger] == [("failed", 1)]
        assert server.left()


def test_who_waits_for_an_answer_that_outlasts_the_drain_is_told_so():
    hold = Hold()
    with (
        Scripted([READ, hold]) as server,
        Served("--upstream", server.url("/v1"), "--drain", "1") as served,
        served.client(retries=0) as client,
        ThreadPoolExecutor(1) as waiting,
    ):
        answer = waiting.submit(client.chat.create, messages="Hello")
        assert hold.reached.wait(15)
        assert served.stop() == 0
        error = answer.exception(15)
        hold.release()

        assert (error.status, error.code, error.retryable) == (503, "stopping", True)
        assert error.headers["x-dragoman-attempts"] == "1"
        assert b"Traceback" not in served.said
        assert [entry["end"] for entry in served.ledger] == ["failed"]


def test_a_second_signal_does_not_wait():
    with (
        Scripted([READ, PIECE]) as server,
        Served("--upstream", server.url("/v1")) as served,
        served.client() as client,
    ):
        with client.chat.stream(messages="Hello") as stream:
            next(stream)
            served.process.send_signal(signal.SIGINT)
            port = int(served.url.split(":")[2].split("/")[0])
            assert until(lambda: refuses(port))
            assert served.stop(signal.SIGINT) == 0


def refuses(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return True
    return False


def test_a_caller_who_comes_while_it_drains_is_refused():
    hold = Hold()
    with Scripted([READ, PIECE, hold, REST, END]) as server, Served("--upstream", server.url("/v1")) as served:
        with served.client(retries=0) as client:
            stream = client.chat.stream(messages="Hello")
            next(stream)
            served.process.send_signal(signal.SIGTERM)
            assert until(lambda: refuses(int(served.url.split(":")[2].split("/")[0])))
            with Dragoman(served.url, retries=0) as late, pytest.raises(ConnectionFailedError):
                late.models.list()
            hold.release()
            assert stream.until_done().text == "Monet"


def test_the_model_ends_with_the_gateway():
    with Served() as served:
        with served.client() as client:
            assert get(client, "/readyz") == {"status": "ready"}
        children = [child.pid for child in psutil.Process(served.process.pid).children(recursive=True)]
        assert children
        assert served.stop() == 0
        assert until(lambda: not any(map(is_alive, children)))


def test_a_unix_socket_serves_as_a_port_does(tmp_path):
    path = tmp_path / "gateway.sock"
    command = [sys.executable, "-m", "dragoman.cli", "serve", "--uds", str(path)]
    with Scripted([READ, PIECE, REST, END]) as server:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*command, "--upstream", server.url("/v1")], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
        )
        said = []
        reading = threading.Thread(target=lambda: said.extend(process.stderr))
        reading.start()
        try:
            assert until(path.exists)
            with Dragoman(f"http+unix://{str(path).replace('/', '%2F')}/v1", model="m") as client:
                assert client.chat.stream(messages="Hello").until_done().text == "Monet"
        finally:
            process.terminate()
            code = process.wait(30)
            reading.join()
            process.stderr.close()

    assert code == 0
    assert not path.exists()
    assert f"curl --unix-socket {path}".encode() in b"".join(said)
