"""The engine's process as its owner sees it: what it says, and that it ends with its owner whatever happens."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote

import msgspec
import pytest

from dragoman.engine import child, weights
from serving import is_alive, until

OWNER = """
import os, sys, time
from dragoman.engine import Engine
engine = Engine()
engine.ready(time.monotonic() + 60)
pid, url = engine.pid, engine.url
fork = 0
{then}
print(pid, url, fork, flush=True)
time.sleep(60)
"""
"""A program that uses the engine, and then does nothing more until it is ended."""

FORK = """
fork = os.fork()
if not fork:
    time.sleep(60)
    os._exit(0)
"""
"""What makes it leave a fork behind, which holds its end of the engine's pipe."""


def started(then=""):
    """An owner in a process of its own; its engine's process id, that one's folder, and its fork's process id."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER.format(then=then)], stdout=subprocess.PIPE, text=True)  # noqa: S603 - this Python
    pid, url, fork = owner.stdout.readline().split()
    folder = Path(unquote(url.removeprefix("http+unix://"))).parent.parent
    assert is_alive(int(pid))
    assert (folder / "engine.sock").is_socket()
    return owner, int(pid), folder, int(fork)


def ended(owner, with_signal):
    owner.send_signal(with_signal)
    owner.wait()
    owner.stdout.close()


@pytest.mark.parametrize("with_signal", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
def test_an_owner_that_is_killed_takes_its_engine_with_it_and_leaves_no_folder(with_signal):
    # What a Python that is interrupted says about it is not this test's.
    owner, pid, folder, _ = started("sys.stderr = open(os.devnull, 'w')")

    ended(owner, with_signal)

    assert until(lambda: not is_alive(pid))
    assert until(lambda: not folder.exists())


def test_the_engine_ends_too_when_a_fork_of_its_owner_lives_on():
    owner, pid, folder, fork = started(FORK)
    try:
        ended(owner, signal.SIGKILL)

        assert until(lambda: not is_alive(pid))
        assert until(lambda: not folder.exists())
        assert is_alive(fork)
    finally:
        os.kill(fork, signal.SIGKILL)


def test_ctrl_c_at_the_owners_terminal_does_not_reach_the_engine():
    owner, pid, *_ = started()
    try:
        assert os.getpgid(pid) != os.getpgid(owner.pid)
        assert os.getsid(pid) != os.getsid(owner.pid)
    finally:
        ended(owner, signal.SIGKILL)
    assert until(lambda: not is_alive(pid))


def told(folder, model, **settings):
    """What an owner that is this process says to its child."""
    numbers = {"slots": 1, "context": 256, "threads": 1, "queue": 1}
    whole = {"folder": str(folder), "model": str(model), "name": "m", "embedded": False, "owner": os.getpid()}
    return msgspec.json.encode(whole | numbers | settings).decode()


@pytest.fixture
def folder():
    # Not tmp_path: a socket's path has to fit 108 bytes. The child removes it itself when it loses its owner.
    with tempfile.TemporaryDirectory(prefix="dragoman-", dir="/tmp", ignore_cleanup_errors=True) as name:
        yield Path(name)


def run(argument):
    """A child, started as its owner starts it."""
    return subprocess.Popen(  # noqa: S603 - this Python
        [sys.executable, "-P", "-m", "dragoman.engine", argument],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_weights_that_cannot_be_loaded_are_one_sentence_on_stdout(folder, tmp_path):
    cut = tmp_path / "cut.gguf"
    with weights.installed().open("rb") as file:
        cut.write_bytes(file.read(1 << 20))
    with run(told(folder, cut)) as process:
        said = process.stdout.read()
        process.wait()

    assert process.returncode == 1
    assert said == (
        f"llama.cpp cannot load {cut}: the file is damaged, cut short, of a kind that it does not know, or larger "
        "than the memory it may have; fetch it anew, or name another\n"
    )


def test_says_ready_and_nothing_more_and_ends_when_its_owner_hangs_up(folder):
    with run(told(folder, weights.installed(), embedded=True)) as process:
        first = process.stdout.readline()
        assert (folder / "engine.sock").is_socket()

        process.stdin.close()

        assert process.stdout.read() == ""
        assert process.wait() == 0

    assert first == "ready\n"
    assert not folder.exists()


def test_a_child_that_is_told_to_stop_ends_well(folder):
    with run(told(folder, weights.installed(), embedded=True)) as process:
        assert process.stdout.readline() == "ready\n"

        process.terminate()

        assert process.wait() == 0
        assert process.stderr.read() == ""


def test_what_an_owner_tells_is_typed():
    with pytest.raises(msgspec.ValidationError, match=r"\$.slots"):
        child.main(told("/nowhere", "/nowhere", slots="many"))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ImportError("libgomp.so.1: cannot open shared object file"), "install libgomp1"),
        (ModuleNotFoundError("No module named 'xllamacpp'"), "'xllamacpp'; pip install 'dragoman[engine]'"),
    ],
    ids=["a library of the system", "a package"],
)
def test_what_is_missing_is_named_with_its_remedy(error, words):
    assert words in child.missing(error)
