"""One engine for a process and those forked from it: the first owns it, the others use it. Starts it; touches sockets.

The owner says why there is no engine in a file beside the socket, where the others find it.
"""

from __future__ import annotations

import contextlib
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from dragoman.engine.owner import Engine
from dragoman.errors import EngineError
from dragoman.transport import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable

AGAIN = 10.0
"""Seconds after which the owner tries again to start an engine that would not start."""

LOOK = 0.05
"""Seconds between two looks at whether the engine answers."""

TROUBLE = "trouble"
"""The file that says why there is no engine."""


class Lender:
    """The owner's side: engines that are kept running for the processes forked from this one.

    Args:
        models: files of weights; None is the embedded model.
    """

    def __init__(self, models: Iterable[str | None]) -> None:
        self._engines = {model: Engine(model) for model in models}
        # A forked process cannot ask: there, an engine forgets its owner's folder.
        self._urls = {model: engine.url for model, engine in self._engines.items()}
        self._due = dict.fromkeys(self._engines, 0.0)

    def keep(self) -> None:
        """Start what does not run, and wait for nothing: to be called again and again."""
        for model, engine in self._engines.items():
            now = time.monotonic()
            if engine.running or now < self._due[model]:
                continue
            trouble = path_of(engine.url).with_name(TROUBLE)
            try:
                engine.ready(now)
                trouble.unlink(missing_ok=True)
            except NoAnswer:
                # It has begun to start; the next call finds it further.
                continue
            except EngineError as error:
                self._due[model] = now + AGAIN
                trouble.write_text(str(error), "utf-8")

    def lend(self) -> None:
        """In a forked process: whoever needs one of the models there uses the owner's."""
        for model, url in self._urls.items():
            Engine.share(model, Lent(url))

    def close(self) -> None:
        """End them."""
        for engine in self._engines.values():
            engine.close()


class Lent(Engine):
    """An engine that another process owns, which starts it and starts it again.

    Args:
        url: where it answers.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    @property
    def url(self) -> str:
        """Where it answers."""
        return self._url

    @property
    def running(self) -> bool:
        """Always: whether it does is found out by asking it."""
        return True

    def ready(self, until: float) -> None:
        """Wait until it answers.

        Args:
            until: an instant of `time.monotonic`.

        Raises:
            EngineError: its owner cannot start it, or has ended.
            NoAnswer: `until` came first.
        """
        path = path_of(self._url)
        while not _listens(path):
            with contextlib.suppress(FileNotFoundError):
                raise EngineError(path.with_name(TROUBLE).read_text("utf-8"))
            if not path.parent.exists():
                raise EngineError("the process that ran the model on this machine has ended")
            if time.monotonic() + LOOK > until:
                raise NoAnswer("timeout", "the engine is still starting")
            time.sleep(LOOK)

    def revive(self, until: float) -> None:
        """The same: whoever owns it starts it again."""
        self.ready(until)

    def close(self) -> None:
        """Leave it to its owner."""


def path_of(url: str) -> Path:
    """The socket at an engine's address."""
    return Path(unquote(url.removeprefix("http+unix://").partition("/")[0]))


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True
