"""The engine's process: llama.cpp on an inner socket, the endpoint on an outer one, ended with its owner."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

import msgspec

WATCH = 1.0
"""Seconds between two looks at whether the owner still is the parent."""


class Told(msgspec.Struct, frozen=True):
    """What the owner says: where to listen, what to run, and how much of it.

    Attributes:
        folder: where the sockets are.
        model: the file of the weights.
        name: what the model is called in answers.
        embedded: whether it is the embedded model, which has a template of ours.
        owner: the owner's process id.
        slots: how many answers are generated at once.
        context: how many tokens a slot holds.
        threads: how many threads compute.
        queue: how many requests may wait.
    """

    folder: str
    model: str
    name: str
    embedded: bool
    owner: int
    slots: int
    context: int
    threads: int
    queue: int


def main(argument: str) -> int:
    """Serve until the owner ends; the first line on stdout is `ready`, or why not.

    Returns:
        The exit code.
    """
    told = msgspec.json.decode(argument, type=Told)
    threading.Thread(target=end_with_owner, args=(told.owner, Path(told.folder)), daemon=True).start()
    try:
        # A wheel that needs a library the machine lacks says so only here.
        from dragoman.engine.llama import start  # noqa: PLC0415
        from dragoman.engine.serve import serve  # noqa: PLC0415
    except ImportError as error:
        return refuse(missing(error))
    try:
        # Held until the process ends: it is the one that computes.
        _server = start(told)
    except RuntimeError:
        return refuse(
            f"llama.cpp cannot load {told.model}: the file is damaged, cut short, of a kind that it does not know, "
            "or larger than the memory it may have; fetch it anew, or name another"
        )
    # The server ends by raising the signal again that ended it; it has been obeyed by then.
    signal.signal(signal.SIGTERM, obeyed)
    serve(told, ready)
    # Not `return`: native threads are still about, and the interpreter's own end would wait for them, or crash.
    os._exit(0)


def obeyed(number: int, frame: object) -> None:
    """Do nothing more about a signal."""
    del number, frame


def missing(error: ImportError) -> str:
    """What an import that failed means to a user, and the remedy."""
    if "libgomp" in str(error):
        return "the model on this machine needs the system library libgomp.so.1: install libgomp1 (Debian) or libgomp"
    return f"the model on this machine needs more than is installed: {error}; pip install 'dragoman[engine]'"


def ready() -> None:
    """Tell the owner that the endpoint listens, and nothing more: nobody reads on."""
    say("ready")
    os.dup2(2, 1)


def refuse(sentence: str) -> int:
    """Tell the owner why there will be no engine."""
    say(sentence)
    return 1


def say(line: str) -> None:
    """Tell the owner."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def end_with_owner(owner: int, folder: Path) -> None:
    """End this process when its owner has: the pipe from it ends, or (where a fork holds the pipe) its id is gone."""
    threading.Thread(target=_end_with_pipe, args=(folder,), daemon=True).start()
    while os.getppid() == owner:
        time.sleep(WATCH)
    _end(folder)


def _end_with_pipe(folder: Path) -> None:
    while os.read(0, 1):
        pass
    _end(folder)


def _end(folder: Path) -> None:
    # An owner that was killed left it behind.
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)
