"""The engine's process: llama.cpp on an inner socket, the endpoint on an outer one, ended with its owner."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import msgspec

WATCH = 1.0
"""Seconds between two looks at whether the owner still is the parent."""


class Told(msgspec.Struct, frozen=True):
    """What the owner says: where to listen, what to run, and how much of it."""

    folder: str
    model: str
    name: str
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
    threading.Thread(target=end_with_owner, args=(told.owner,), daemon=True).start()
    try:
        # A wheel that needs a library the machine lacks says so only here.
        from dragoman.engine.llama import start  # noqa: PLC0415
    except ImportError as error:
        return refuse(missing(error))
    try:
        server = start(told.model, told.name, Path(told.folder) / "llama.sock", told.slots, told.context, told.threads)
    except RuntimeError:
        return refuse(
            f"llama.cpp cannot load {told.model}: the file is damaged, cut short, or of a kind that it does not know"
        )
    from dragoman.engine.serve import serve  # noqa: PLC0415 - after the model: a failure is told without it

    serve(told, lambda: say("ready"))
    del server
    # Not `return`: native threads are still about, and the interpreter's own end would wait for them, or crash.
    os._exit(0)


def missing(error: ImportError) -> str:
    """What an import that failed in native code means to a user."""
    if "libgomp" in str(error):
        return "the model on this machine needs the system library libgomp.so.1: install libgomp1 (Debian) or libgomp"
    return f"the model on this machine needs more than is installed: {error}; pip install 'dragoman[engine]'"


def refuse(sentence: str) -> int:
    """Tell the owner why there will be no engine."""
    say(sentence)
    return 1


def say(line: str) -> None:
    """Tell the owner."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def end_with_owner(owner: int) -> None:
    """End this process when its owner has: the pipe from it ends, or (where a fork holds the pipe) its id is gone."""
    threading.Thread(target=_end_with_pipe, daemon=True).start()
    while os.getppid() == owner:
        time.sleep(WATCH)
    os._exit(0)


def _end_with_pipe() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)
