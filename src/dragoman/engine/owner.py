"""The owner's side of the engine: its process is started, started again when it dies, and ended with its owner."""

from __future__ import annotations

import atexit
import contextlib
import os
import selectors
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import msgspec

from dragoman.engine import machine, weights
from dragoman.errors import EngineError
from dragoman.transport import NoAnswer
from dragoman.transport.patience import patience

if TYPE_CHECKING:
    from types import TracebackType

SLOTS = 4
"""How many answers are generated at once."""
CONTEXT = 2048
"""How many tokens a slot holds: the prompt and its answer."""
QUEUE = 32
"""How many requests may wait for a slot."""
QUICK = 10.0
"""A child that lived for fewer seconds than this died of its start."""
CRASHES = 3
"""How many such deaths in a row mean that another start will not help."""
GRACE = 5.0
"""Seconds a child has to end by itself."""
MOMENT = 1.0
"""Seconds that may lie between the end of a child's sockets and its own."""
LONGEST_FOLDER = 80
"""Characters of a folder beyond which a socket's path in it may not fit its 104 bytes (macOS; Linux has 108)."""


class Engine:
    """A model on this machine, run by a child process that starts when it is first needed.

    Args:
        model: a GGUF file; None is the embedded model.
        slots: how many answers are generated at once.
        context: how many tokens a slot holds, prompt and answer together.
        threads: how many threads compute; None is what this process may use.
        queue: how many requests may wait for a slot before more are refused.

    Attributes:
        url: where the engine answers, `http+unix://…/v1`; known before it runs, and the same after a restart.
    """

    _shared: dict[str, Engine] = {}  # noqa: RUF012 - what the process shares is what this is
    _sharing = threading.Lock()

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        slots: int = SLOTS,
        context: int = CONTEXT,
        threads: int | None = None,
        queue: int = QUEUE,
    ) -> None:
        self._model = model
        self._numbers = {"slots": slots, "context": context, "threads": threads, "queue": queue}
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._tidy: weakref.finalize[..., Engine] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._crashes = 0
        _engines.add(self)

    @classmethod
    def shared(cls, model: str | Path | None = None) -> Engine:
        """The one engine of this process for a model; it ends with the process."""
        key = _key(model)
        with cls._sharing:
            engine = cls._shared.get(key)
            if engine is None:
                engine = cls._shared[key] = cls(model)
                atexit.register(engine.close)
            return engine

    @classmethod
    def share(cls, model: str | Path | None, engine: Engine) -> None:
        """Make this the one engine of this process for a model; whoever made it ends it."""
        with cls._sharing:
            cls._shared[_key(model)] = engine

    @classmethod
    def renew(cls) -> None:
        """In a forked process: the lock may have been held by a thread that is not here."""
        cls._sharing = threading.Lock()

    @property
    def url(self) -> str:
        """Where the engine answers."""
        return f"http+unix://{quote(str(self._home() / 'engine.sock'), safe='')}/v1"

    @property
    def running(self) -> bool:
        """Whether the child is up and answers; one that has just died may still seem to."""
        return bool(self._started_at) and self._lives

    @property
    def _lives(self) -> bool:
        child = self._child
        return child is not None and child.poll() is None

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        child = self._child
        return child.pid if child is not None and self._lives else None

    def ready(self, until: float) -> None:
        """Start the child if it does not run, and wait until it answers.

        Args:
            until: an instant of `time.monotonic`.

        Raises:
            EngineError: it cannot be started.
            NoAnswer: `until` came first; the start goes on and the next call finds it further.
        """
        if not patience.wait(lambda seconds: self._lock.acquire(timeout=seconds), until):
            raise NoAnswer("timeout", "the engine is still starting")
        try:
            if self.running:
                return
            if not self._lives:
                self._bury()
                self._start()
            self._await_ready(until)
        except OSError as error:
            # Nowhere to put its sockets, no file descriptor left, no memory for a process.
            raise EngineError(f"the engine cannot be started: {error}") from error
        finally:
            self._lock.release()

    def revive(self, until: float) -> None:
        """Start the child again when nobody listens at its address: its sockets close before it counts as ended.

        Args:
            until: an instant of `time.monotonic`.

        Raises:
            EngineError: it cannot be started.
            NoAnswer: as `ready`.
        """
        child = self._child
        if child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, min(MOMENT, until - time.monotonic())))
        self.ready(until)

    def close(self) -> None:
        """End the child; a later request would start another."""
        with self._lock:
            child, self._child = self._child, None
            self._started_at = 0.0
            if child is not None:
                _end(child)
            if self._tidy is not None:
                self._tidy()
                self._folder = None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def forget(self) -> None:
        """In a forked process: the child, its folder and whatever lock was held are the parent's."""
        self._lock = threading.Lock()
        self._folder = None
        self._started_at = 0.0
        if self._tidy is not None:
            self._tidy.detach()
        child, self._child = self._child, None
        if child is not None:
            # It cannot be waited for here, and would be complained about when it is collected.
            child.returncode = 0

    def _home(self) -> Path:
        if self._folder is None:
            roomy = len(tempfile.gettempdir()) <= LONGEST_FOLDER
            # Of mode 0700: whoever can open the socket can use the model.
            self._folder = Path(tempfile.mkdtemp(prefix="dragoman-", dir=None if roomy else "/tmp"))  # noqa: S108 - it makes a private one in there
            self._tidy = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder

    def _start(self) -> None:
        require()
        path = weights.find(self._model)
        home = self._home()
        for name in ("engine.sock", "llama.sock"):
            (home / name).unlink(missing_ok=True)
        told = {
            "folder": str(home),
            "model": str(weights.textual(path, home)),
            "name": weights.NAME if self._model is None else weights.readable(path.stem),
            "embedded": self._model is None,
            "owner": os.getpid(),
            **self._numbers,
            "threads": self._numbers["threads"] or machine.threads(),
        }
        # Read when the library is loaded: threads that spin while they wait starve every other process (and with two
        # cores each other) and gain a twentieth on an idle machine.
        environment = {**os.environ, "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "passive")}
        with (home / "stderr").open("wb") as stderr:
            self._child = subprocess.Popen(  # noqa: S603 - this Python, our own module
                # -P: a file of the working folder is no module, whatever its name.
                [sys.executable, "-P", "-m", "dragoman.engine", msgspec.json.encode(told).decode()],
                # The child reads its end of this pipe: when its owner ends, however it ends, the pipe does too. The
                # kernel's own signal for that (PR_SET_PDEATHSIG) comes when the starting thread ends, which is sooner.
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=environment,
                # Ctrl-C at a terminal is for the owner to decide about.
                start_new_session=True,
            )

    def _await_ready(self, until: float) -> None:
        child = self._child
        if child is None or child.stdout is None:
            raise EngineError("the engine has been closed")
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            if not patience.wait(selector.select, until):
                raise NoAnswer("timeout", "the engine is still starting")
        line = child.stdout.readline()
        if line.strip() == b"ready":
            self._started_at = time.monotonic()
            return
        self._child = None
        _end(child)
        raise EngineError(line.decode("utf-8", "replace").strip() or self._last_words(child.returncode))

    def _bury(self) -> None:
        """Note how the last child ended, and refuse to go on when it always dies young."""
        child, self._child = self._child, None
        if child is None:
            return
        _end(child)
        young = not self._started_at or time.monotonic() - self._started_at < QUICK
        self._started_at = 0.0
        self._crashes = self._crashes + 1 if young else 0
        if self._crashes >= CRASHES:
            self._crashes = 0
            words = self._last_words(child.returncode)
            raise EngineError(f"the engine died {CRASHES} times right after its start; {words}")

    def _last_words(self, code: int | None) -> str:
        how = f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with exit code {code}"
        words = ""
        with contextlib.suppress(OSError):
            lines = (self._home() / "stderr").read_text("utf-8", "replace").strip().splitlines()
            words = f": {lines[-1]}" if lines else ""
        return f"the engine's process {how}{words}"


def _key(model: str | Path | None) -> str:
    return str(weights.at(model).resolve()) if model else ""


def _end(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()


def require() -> None:
    """See that what an engine needs is there, without loading it.

    Raises:
        EngineError: it is not.
    """
    from importlib.util import find_spec  # noqa: PLC0415 - needed once, when a child is started

    missing = [name for name in ("xllamacpp", "uvicorn", "jsonschema") if find_spec(name) is None]
    if missing:
        raise EngineError(
            f"the model on this machine needs more than is installed ({', '.join(missing)}): "
            "pip install 'dragoman[engine]', or name an endpoint's address"
        )
    if machine.lacks_avx2():
        raise EngineError(
            "the model on this machine needs a processor with AVX2, and this one has none: name an endpoint's address"
        )


_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


def _after_fork() -> None:
    """A forked process starts engines of its own."""
    Engine.renew()
    for engine in tuple(_engines):
        engine.forget()


os.register_at_fork(after_in_child=_after_fork)
