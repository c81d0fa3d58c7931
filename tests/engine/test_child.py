"""The engine's process as its owner sees it: what it says, and that it ends with its owner whatever happens."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dragoman.engine import child, weights
from serving import is_alive, until

OWNER = """
import os, sys, time
from dragoman.engine import Engine
engine = Engine()
engine.ready(time.monotonic() + 60)
{then}
print(engine.pid, engine.url, os.getpid(), flush=True)
time.sleep(60)
"""


def started(then=""):
    """An owner in a process of its own, its engine's process id, and that one's folder."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER.format(then=then)], stdout=subprocess.PIPE, text=True)  # noqa: S603 - this Python
    pid, url, _ = owner.stdout.readline().split()
    folder = Path(url.removeprefix("http+unix://").replace("%2F", "/")).parent.parent
    assert folder.is_dir()
    return owner, int(pid), folder


def ended(owner, with_signal):
    owner.send_signal(with_signal)
    owner.wait()
    owner.stdout.close()


@pytest.mark.parametrize("with_signal", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=str)
def test_an_owner_that_is_killed_takes_its_engine_with_it_and_leaves_no_folder(with_signal):
    owner, pid, folder = started()
    assert is_alive(pid)

    ended(owner, with_signal)

    assert until(lambda: not is_alive(pid))
    assert until(lambda: not folder.exists())


def test_the_engine_ends_too_when_a_fork_of_its_owner_lives_on():
    owner, pid, folder = started(then="if not (fork := os.fork()): time.sleep(60)\nprint(fork)")
    fork = pid
    pid = int(owner.stdout.readline().split()[0]) if False else pid
    try:
        ended(owner, signal.SIGKILL)
        assert until(lambda: not is_alive(pid))
        assert until(lambda: not folder.exists())
    finally:
        os.kill(fork, signal.SIGKILL)


def told(tmp_path, model):
    settings = child.Told(
        folder=str(tmp_path),
        model=str(model),
        name="m",
        embedded=False,
        owner=os.getpid(),
        slots=1,
        context=256,
        threads=1,
        queue=1,
    )
    return child.msgspec.json.encode(settings).decode()


def test_weights_that_cannot_be_loaded_are_one_sentence_on_stdout(tmp_path):
    with weights.installed().open("rb") as file:
        (tmp_path / "cut.gguf").write_bytes(file.read(1 << 20))
    done = subprocess.run(  # noqa: S603 - this Python
        [sys.executable, "-m", "dragoman.engine", told(tmp_path, tmp_path / "cut.gguf")],
        stdin=subprocess.PIPE,
        capture_output=True,
        check=False,
        text=True,
    )

    assert done.returncode in {0, 1}
