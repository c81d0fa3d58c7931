"""Several workers behind one socket: who serves when one dies, what orders mean to them, what they share."""

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from dragoman import Dragoman, StatusError, TruncatedError
from dragoman.gateway.keys.desk import Desk
from dragoman.gateway.limits.terms import Limits
from dragoman.gateway.store.database import Store
from entries import stored
from processes import python
from scripted import LAST_CHUNK, READ, Hold, Scripted, answer, chunk, chunked_head, event, repeat
from serving import Served, get, is_alive, until

PIECE = chunked_head() + chunk(event({"choices": [{"index": 0, "delta": {"content": "Mo"}}]}))
REST = chunk(event({"choices": [{"index": 0, "delta": {"content": "net"}, "finish_reason": "stop"}]}))
END = chunk(event("[DONE]")) + LAST_CHUNK
USED = {"prompt_tokens": 3, "completion_tokens": 1}
CHOICE = {"index": 0, "message": {"role": "assistant", "content": "Monet"}, "finish_reason": "stop"}
ANSWERS = [repeat(READ, answer(json.dumps({"choices": [CHOICE], "usage": USED}).encode()))]


def workers_of(served):
    """The ids of the processes that serve."""
    children = psutil.Process(served.process.pid).children()
    return [child.pid for child in children if is_alive(child.pid) and "dragoman.engine" not in child.cmdline()]


def ask(served):
    with served.client(retries=0) as client:
        return client.chat.create(messages="Who?").text


def test_all_of_them_serve_and_all_of_them_end():
    with Scripted(ANSWERS) as server, Served("--upstream", server.url("/v1"), "--workers", "3") as served:
        pids = workers_of(served)
        assert len(pids) == 3
        with ThreadPoolExecutor(16) as many:
            assert set(many.map(lambda _: ask(served), range(64))) == {"Monet"}
        assert served.stop() == 0
        assert b"Traceback" not in served.said
        assert not any(map(is_alive, pids))
        assert len(served.ledger) == 64


def test_callers_wait_for_the_next_worker_when_all_of_them_are_killed_at_once():
    with Scripted(ANSWERS) as server, Served("--upstream", server.url("/v1"), "--workers", "2") as served:
        before = workers_of(served)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        assert [ask(served) for _ in range(3)] == ["Monet"] * 3
        assert until(lambda: len(workers_of(served)) == 2)
        assert not set(before) & set(workers_of(served))
        assert served.said.count(b"was ended by signal 9; another begins in 0.5 s") == 2
        assert served.stop() == 0


def test_an_order_to_stop_reaches_them_and_streams_have_their_time():
    holds = [Hold() for _ in range(4)]
    with (
        Scripted(*([READ, PIECE, hold, REST, END] for hold in holds)) as server,
        Served("--upstream", server.url("/v1"), "--workers", "2") as served,
    ):
        with served.client(retries=0) as client:
            streams = [client.chat.stream(messages="Hello") for _ in holds]
            assert [next(stream).text for stream in streams] == ["Mo"] * 4
            served.process.send_signal(signal.SIGTERM)
            assert until(lambda: refuses(served))
            for hold in holds:
                hold.release()
            assert [stream.until_done().text for stream in streams] == ["Monet"] * 4
        assert served.process.wait(30) == 0


def refuses(served):
    try:
        with Dragoman(served.url, retries=0, timeout=2) as late:
            late.models.list()
    except StatusError:
        return False
    except Exception:  # noqa: BLE001 - nobody listens, or nobody answers any more
        return True
    return False


def test_a_second_interrupt_does_not_wait():
    with Scripted([READ, PIECE]) as server, Served("--upstream", server.url("/v1"), "--workers", "2") as served:
        with served.client(retries=0) as client, client.chat.stream(messages="Hello") as stream:
            next(stream)
            served.process.send_signal(signal.SIGINT)
            assert until(lambda: refuses(served))
            assert served.stop(signal.SIGINT) == 0
            with pytest.raises(TruncatedError):
                stream.until_done()


def test_they_end_when_the_parent_is_killed():
    with Scripted(ANSWERS) as server, Served("--upstream", server.url("/v1"), "--workers", "2") as served:
        pids = workers_of(served)
        served.stop(signal.SIGKILL)
        assert until(lambda: not any(map(is_alive, pids)))


def test_what_keeps_the_first_from_starting_is_said_once(tmp_path):
    file = tmp_path / "dragoman.toml"
    file.write_text(f'[store]\nurl = "sqlite:{file}/dragoman.db"\n[upstreams.only]\nurl = "http://127.0.0.1:9/v1"\n')
    done = python(
        "import subprocess\n"
        "done = subprocess.run([sys.executable, '-m', 'dragoman.cli', 'serve', *sys.argv[1:]], capture_output=True)\n"
        "print(done.returncode, done.stderr.decode())",
        *("--config", file, "--port", "0", "--workers", "4"),
    )

    code, _, said = done.partition(" ")
    assert code == "2"
    assert said.count("dragoman.db") == 1, said
    assert "Traceback" not in said


def test_a_unix_socket_is_shared_too_and_gone_at_the_end(tmp_path):
    path = tmp_path / "gateway.sock"
    served = """
import json, os, signal, subprocess, time
from dragoman import Dragoman
from pathlib import Path
from scripted import *

body = json.dumps({"choices": [{"index": 0, "message": {"content": "Monet"}, "finish_reason": "stop"}]}).encode()
with Scripted([repeat(READ, answer(body))]) as server:
    words = ["--uds", sys.argv[1], "--upstream", server.url("/v1"), "--workers", "2"]
    process = subprocess.Popen([sys.executable, "-m", "dragoman.cli", "serve", *words], stderr=subprocess.PIPE)
    while b"stop:" not in process.stderr.readline():
        pass
    with Dragoman("http+unix://" + sys.argv[1].replace("/", "%2F") + "/v1", model="m") as client:
        print(client.chat.create(messages="Who?").text)
    process.terminate()
    print(process.wait(30), Path(sys.argv[1]).exists())
"""
    assert python(served, path).split() == ["Monet", "0", "False"]


@pytest.fixture
def limited(tmp_path):
    """A configuration with a store, and a key that may make five requests a minute."""

    def make(server):
        store = f"sqlite:{tmp_path}/dragoman.db"
        file = tmp_path / "dragoman.toml"
        file.write_text(f'[store]\nurl = "{store}"\n[upstreams.only]\nurl = "{server.url("/v1")}"\n')
        with Store(store) as opened:
            opened.migrate()
            _, secret = Desk(opened).create(owner="ana", limits=Limits(requests_per_minute=5))
        return file, store, secret.reveal()

    return make


def test_a_limit_and_the_ledger_are_one_for_all_of_them(limited):
    with Scripted(ANSWERS) as server:
        file, store, secret = limited(server)
        with Served("--config", str(file), "--workers", "4") as served:

            def asked(_):
                try:
                    with Dragoman(served.url, api_key=secret, model="m", retries=0) as client:
                        return client.chat.create(messages="Who?").text
                except StatusError as error:
                    return error.status

            with ThreadPoolExecutor(8) as many:
                got = list(many.map(asked, range(24)))
            assert served.stop() == 0

    assert sorted(got, key=str) == [429] * 19 + ["Monet"] * 5
    assert len(server.requests) == 5
    with Store(store) as opened:
        assert [row["end_reason"] for row in stored(opened)] == ["completed"] * 5


def test_the_model_is_one_for_all_of_them_and_started_again_when_it_dies():
    with Served("--workers", "2") as served:
        with served.client() as client:
            assert get(client, "/readyz") == {"status": "ready"}
        (engine,) = engines(served)
        assert all(not psutil.Process(pid).children() for pid in workers_of(served))
        os.kill(engine, signal.SIGKILL)
        with served.client(retries=0) as client:
            assert client.chat.create(messages="Hello", max_completion_tokens=2).usage.completion_tokens
        (other,) = engines(served)
        assert other != engine
        assert served.stop() == 0
        assert until(lambda: not is_alive(other))


def engines(served):
    children = psutil.Process(served.process.pid).children()
    return [child.pid for child in children if "dragoman.engine" in child.cmdline() and is_alive(child.pid)]


KEEP = """
import os, signal, sys, time
from dragoman.errors import ConfigurationError
from dragoman.gateway import workers

def nothing():
    pass

def keep(work, started, count=2, reread=nothing):
    return workers.Workers(count, work, drain=0.0, reread=reread, beside=nothing).run(started)

def stop():
    os.kill(os.getpid(), signal.SIGTERM)

def serve(ready):
    signal.signal(signal.SIGTERM, lambda number, frame: os._exit(0))
    ready()
    time.sleep(60)
"""


def test_one_that_dies_of_its_start_is_replaced_until_one_lives(tmp_path):
    script = """
workers.FIRST_PAUSE = 0.01

def work(ready):
    with open(sys.argv[1], "a") as file:
        file.write("x")
    if os.stat(sys.argv[1]).st_size in {1, 6}:
        serve(ready)
    raise ConfigurationError("not today")

print(keep(work, stop))
"""
    done = python(KEEP + script + "print(open(sys.argv[1]).read())", tmp_path / "times")

    assert done.split() == ["0", "xxxxxx"]


def test_one_that_does_not_end_is_ended_and_the_exit_code_tells():
    script = """
workers.GRACE = 0.2

def work(ready):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ready()
    time.sleep(60)

print(keep(work, stop))
"""
    assert python(KEEP + script).split() == ["1"]


def test_a_mistake_of_ours_in_the_first_ends_all_with_its_trace():
    script = """
def work(ready):
    raise KeyError("ours")

try:
    keep(work, nothing)
except ConfigurationError as error:
    print(error)
"""
    assert "the first worker ended with exit code 1 before it listened" in python(KEEP + script)


def test_an_order_to_read_the_configuration_again_is_passed_on_unless_that_fails():
    script = """
good = True

def reread():
    print("read", flush=True)
    if not good:
        raise ConfigurationError("line 3 is wrong")

def work(ready):
    def heard(number, frame):
        os.write(1, b"told\\n")
        os.kill(os.getppid(), signal.SIGUSR1)
    signal.signal(signal.SIGHUP, heard)
    serve(ready)

def told(number, frame):
    global good
    if good:
        good = False
        os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGTERM)

signal.signal(signal.SIGUSR1, told)
print(keep(work, lambda: os.kill(os.getpid(), signal.SIGHUP), 1, reread))
"""
    assert python(KEEP + script).split() == ["read", "told", "read", "0"]
    assert python(KEEP + script.replace("ConfigurationError(", "TypeError(")).split() == ["read", "told", "read", "0"]


def test_a_configuration_that_is_read_again_counts_for_all_of_them_and_a_broken_one_for_none(tmp_path):
    file = tmp_path / "dragoman.toml"

    def says(model, more=""):
        lines = f'[[routes]]\nmodel = "{model}"\ncandidates = ["only"]\n{more}'
        file.write_text(f'[upstreams.only]\nurl = "{server.url("/v1")}"\n{lines}')

    def models(served):
        with served.client(retries=0) as client:
            return {card.id for _ in range(8) for card in client.models.list().data}

    with Scripted(ANSWERS) as server:
        says("before")
        with Served("--config", str(file), "--workers", "2") as served:
            assert models(served) == {"before"}
            says("after")
            served.process.send_signal(signal.SIGHUP)
            assert until(lambda: models(served) == {"after"})
            says("never", 'choose = "best"\n')
            served.process.send_signal(signal.SIGHUP)
            assert until(lambda: b"dragoman.toml:6" in served.said)
            for pid in workers_of(served):
                os.kill(pid, signal.SIGKILL)
            assert until(lambda: len(workers_of(served)) == 2)
            assert models(served) == {"after"}
            assert served.stop() == 0

    assert served.process.returncode == 0
