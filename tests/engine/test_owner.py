"""An engine as the program that uses it sees it: shared, started again, explained when it cannot start, closed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import unquote

import pytest

from dragoman import APIError, Dragoman, EngineError
from dragoman.engine import Engine, owner, weights
from dragoman.transport import NoAnswer, Outgoing
from dragoman.transport.blocking import BlockingTransport
from serving import is_alive, until

PATIENCE = 60.0
QUESTION = [{"role": "user", "content": "What is the capital of France?"}]


def soon():
    return time.monotonic() + PATIENCE


def folder_of(url):
    return Path(unquote(url.removeprefix("http+unix://"))).parent.parent


def asked(engine):
    """What the engine's health is, asked on its own socket."""
    sockets = BlockingTransport(trust_env=False)
    try:
        answer = sockets.send(Outgoing("GET", engine.url.removesuffix("/v1") + "/health"), soon())
        return json.loads(answer.whole(soon(), 1 << 20))
    finally:
        sockets.close()


@pytest.fixture
def engine():
    with Engine(slots=1, context=512, threads=1) as made:
        yield made


@pytest.fixture
def shared():
    """The engine that clients of this process share for a file, ended with the test."""
    path = weights.installed()
    yield Engine.shared(path)
    Engine.shared(path).close()


def killed(engine):
    os.kill(engine.pid, signal.SIGKILL)
    assert until(lambda: not engine.running)


def test_an_engine_that_nobody_has_needed_is_no_process(engine):
    assert engine.pid is None
    assert not engine.running


def test_an_engine_that_is_ready_answers_at_its_address(engine):
    engine.ready(soon())

    assert engine.running
    assert is_alive(engine.pid)
    assert asked(engine)["status"] == "ok"


def test_who_asks_twice_gets_the_same_process(engine):
    engine.ready(soon())
    pid = engine.pid

    engine.ready(soon())

    assert engine.pid == pid


def test_threads_that_need_it_at_once_start_one_process(engine):
    pids = []

    def need():
        engine.ready(soon())
        pids.append(engine.pid)

    threads = [threading.Thread(target=need) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(pids) == 4
    assert len(set(pids)) == 1


def test_who_cannot_wait_is_told_that_it_still_starts_and_the_start_goes_on(engine):
    with pytest.raises(NoAnswer, match="still starting") as caught:
        engine.ready(time.monotonic())
    pid = engine.pid

    engine.ready(soon())

    assert caught.value.kind == "timeout"
    assert engine.pid == pid


def test_who_finds_another_thread_waiting_is_told_too_when_its_own_time_is_up(engine):
    starting = threading.Thread(target=engine.ready, args=(soon(),))
    starting.start()
    assert until(lambda: engine.pid is not None)

    with pytest.raises(NoAnswer, match="still starting"):
        engine.ready(time.monotonic())

    starting.join()
    assert engine.running


def test_only_its_user_may_open_its_socket(engine):
    engine.ready(soon())

    assert folder_of(engine.url).stat().st_mode & 0o777 == 0o700
    assert len(str(folder_of(engine.url) / "engine.sock")) < 104


def test_a_temporary_folder_with_a_long_name_does_not_make_the_socket_unreachable(engine, tmp_path, monkeypatch):
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))

    engine.ready(soon())

    assert asked(engine)["busy"] == 0


def test_a_file_of_the_working_folder_is_not_taken_for_a_module_of_the_engine(engine, tmp_path, monkeypatch):
    (tmp_path / "msgspec.py").write_text("raise SystemExit('the wrong msgspec')")
    monkeypatch.chdir(tmp_path)

    engine.ready(soon())

    assert engine.running


def test_after_a_kill_the_next_call_finds_a_fresh_process_at_the_same_address(engine):
    engine.ready(soon())
    before, address = engine.pid, engine.url
    killed(engine)
    assert engine.pid is None

    engine.ready(soon())

    assert engine.pid != before
    assert engine.url == address
    assert asked(engine)["status"] == "ok"


def test_a_client_goes_on_after_its_engine_was_killed(shared):
    with Dragoman(str(weights.installed()), retries=0) as client:
        first = client.chat.create(messages=QUESTION, temperature=0, max_tokens=8)
        pid = shared.pid
        killed(shared)

        second = client.chat.create(messages=QUESTION, temperature=0, max_tokens=8)

    assert second.text == first.text
    assert shared.pid != pid


def test_a_call_in_flight_when_the_engine_dies_is_one_error_that_keeps_what_had_come(shared):
    with Dragoman(str(weights.installed()), retries=0) as client:
        with pytest.raises(APIError) as caught:
            with client.chat.stream(messages=QUESTION, max_tokens=400, logit_bias={"2": -100}) as stream:
                for number, _ in enumerate(stream):
                    if number == 3:
                        os.kill(shared.pid, signal.SIGKILL)

        assert caught.value.partial is not None
        assert caught.value.partial.text
        assert client.chat.create(messages=QUESTION, max_tokens=1, temperature=0, retries=2).text


def test_an_engine_that_always_dies_young_is_given_up_with_its_last_words(engine):
    for _ in range(owner.CRASHES):
        engine.ready(soon())
        killed(engine)

    with pytest.raises(
        EngineError, match=rf"died {owner.CRASHES} times right after its start; .*process was killed by signal 9"
    ):
        engine.ready(soon())

    engine.ready(soon())
    assert engine.running, "whoever tries again after that is not refused for ever"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.gguf", None, "cannot read the weights .*none.gguf: No such file or directory; name a GGUF file"),
        ("text.gguf", b"# Weights\n", r"text.gguf is not a GGUF file: it begins with b'# We'"),
        ("empty.gguf", b"", "empty.gguf is not a GGUF file: it begins with b''"),
        ("cut.gguf", b"GGUF\x03\0\0\0", "llama.cpp cannot load .*cut.gguf: the file is damaged, cut short"),
    ],
    ids=["that is not there", "that is text", "that is empty", "that is cut short"],
)
def test_a_model_says_why_it_cannot_be_run(tmp_path, name, content, words):
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with Engine(tmp_path / name) as engine:
        with pytest.raises(EngineError, match=words):
            engine.ready(soon())

        assert engine.pid is None
        assert not engine.running


def test_a_client_of_a_file_that_is_not_there_hears_of_it_at_its_first_call(tmp_path):
    with Dragoman(str(tmp_path / "none.gguf")) as client:
        with pytest.raises(EngineError, match="cannot read the weights"):
            client.chat.create(messages=QUESTION)


def test_a_package_that_is_not_installed_is_named_with_its_remedy(engine, monkeypatch):
    real = __import__("importlib.util").util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "xllamacpp" else real(name))

    with pytest.raises(EngineError, match=r"\(xllamacpp\): pip install 'dragoman\[engine\]'"):
        engine.ready(soon())


def test_a_processor_that_cannot_run_it_is_named(engine, monkeypatch):
    monkeypatch.setattr("dragoman.engine.machine.lacks_avx2", lambda: True)

    with pytest.raises(EngineError, match="needs a processor with AVX2"):
        engine.ready(soon())


def test_a_machine_that_gives_no_place_for_its_sockets_is_an_error_of_the_engine(engine, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))

    with pytest.raises(EngineError, match=r"the engine cannot be started: .*No such file or directory: .*nowhere"):
        engine.ready(soon())

    monkeypatch.undo()
    engine.ready(soon())
    assert engine.running


def test_a_process_that_ends_without_a_word_is_told_by_how_it_ended(engine, monkeypatch):
    monkeypatch.setattr("sys.executable", "/bin/false")

    with pytest.raises(EngineError, match=r"the engine's process ended with exit code 1$"):
        engine.ready(soon())


def test_what_a_process_says_when_it_breaks_is_in_the_error(engine, tmp_path, monkeypatch):
    (tmp_path / "broken").write_text("#!/bin/sh\necho first >&2\necho no room left >&2\nexit 3\n")
    (tmp_path / "broken").chmod(0o700)
    monkeypatch.setattr("sys.executable", str(tmp_path / "broken"))

    with pytest.raises(EngineError, match=r"ended with exit code 3: no room left$"):
        engine.ready(soon())


def test_clients_of_one_model_share_its_engine(tmp_path):
    assert Engine.shared() is Engine.shared()
    assert Engine.shared(tmp_path / "a.gguf") is Engine.shared(str(tmp_path / "b" / ".." / "a.gguf"))
    assert Engine.shared(tmp_path / "a.gguf") is not Engine.shared(tmp_path / "b.gguf")


def test_closing_ends_the_process_and_removes_its_folder(engine):
    engine.ready(soon())
    pid, folder = engine.pid, folder_of(engine.url)

    engine.close()

    assert not is_alive(pid)
    assert not folder.exists()
    assert engine.pid is None


def test_closing_twice_or_what_never_ran_does_nothing(engine):
    engine.close()
    engine.close()

    assert engine.pid is None


def test_what_was_closed_starts_again_when_it_is_needed(engine):
    engine.ready(soon())
    engine.close()

    engine.ready(soon())

    assert asked(engine)["status"] == "ok"


def test_a_block_ends_the_engine_whatever_ends_the_block():
    with pytest.raises(RuntimeError, match="mine"):
        with Engine(slots=1, context=256) as engine:
            engine.ready(soon())
            pid = engine.pid
            raise RuntimeError("mine")

    assert not is_alive(pid)


def test_closing_ends_a_process_that_does_not_listen_to_reason(engine, monkeypatch):
    monkeypatch.setattr(owner, "GRACE", 0.05)
    engine.ready(soon())
    pid = engine.pid
    os.kill(pid, signal.SIGSTOP)

    engine.close()

    assert not is_alive(pid)


def test_an_engine_that_nobody_refers_to_leaves_no_folder():
    engine = Engine()
    folder = folder_of(engine.url)
    assert folder.is_dir()

    del engine

    assert until(lambda: not folder.exists())


FORKING = """
import os, sys, time
from dragoman.engine import Engine

def soon():
    return time.monotonic() + 60

engine = Engine.shared()
engine.ready(soon())
mine = engine.pid, engine.url

if not (fork := os.fork()):
    assert engine.pid is None and not engine.running
    assert Engine.shared() is engine
    assert engine.url != mine[1]
    engine.ready(soon())
    assert engine.pid != mine[0]
    engine.close()
    os._exit(0)

assert os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) == 0
assert engine.running and (engine.pid, engine.url) == mine
print("both")
"""

FORKING_MIDWAY = """
import os, sys, threading, time
from dragoman.engine import Engine

def soon():
    return time.monotonic() + 60

engine = Engine.shared()
starting = threading.Thread(target=engine.ready, args=(soon(),))
starting.start()
while engine.pid is None:
    time.sleep(0.001)

if not (fork := os.fork()):
    engine.ready(soon())
    engine.close()
    os._exit(0)

starting.join()
assert os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) == 0
assert engine.running
print("both")
"""


@pytest.mark.parametrize("program", [FORKING, FORKING_MIDWAY], ids=["that runs", "that another thread is starting"])
def test_a_fork_starts_an_engine_of_its_own_and_leaves_its_parents_alone(program):
    done = subprocess.run(  # noqa: S603 - this Python
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program],
        capture_output=True,
        check=False,
        text=True,
    )

    assert done.stderr == ""
    assert done.stdout == "both\n"


def test_a_program_that_just_ends_takes_its_shared_engine_with_it():
    program = "import time; from dragoman.engine import Engine; engine = Engine.shared()\n"
    program += "engine.ready(time.monotonic() + 60); print(engine.pid, engine.url)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)  # noqa: S603 - this Python
    pid, url = done.stdout.split()

    assert done.stderr == ""
    assert not is_alive(int(pid))
    assert not folder_of(url).exists()


def test_a_process_of_a_shell_sees_nothing_of_the_engine_on_its_own_streams(engine):
    read, write = os.pipe()
    saved = os.dup(2)
    os.dup2(write, 2)
    try:
        engine.ready(soon())
        engine.close()
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == b""
