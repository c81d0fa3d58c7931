"""A command on a terminal of its own: typed at, read from."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time


def _own_the_terminal():
    """Be who Ctrl-C goes to, and hear it: a background job, as these tests may be, has its children ignore it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    def __init__(self, *words, home, **environment):
        self._ours, theirs = pty.openpty()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DRAGOMAN_", "NO_COLOR"))}
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "dragoman.cli", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**kept, "TERM": "xterm", "XDG_STATE_HOME": str(home), **environment},
            preexec_fn=_own_the_terminal,  # noqa: PLW1509 - nothing else can
        )
        os.close(theirs)
        self.shown = b""

    def wait_for(self, text, seconds=30.0):
        """Read until a text is shown, after what was waited for before."""
        deadline = time.monotonic() + seconds
        while text not in self.shown:
            ready = select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))[0]
            assert ready, f"{text!r} never came: {self.shown!r}"
            try:
                self.shown += os.read(self._ours, 65536)
            except OSError:
                raise AssertionError(f"{text!r} never came: {self.shown!r}") from None
        before, _, self.shown = self.shown.partition(text)
        return before

    def type(self, text):
        os.write(self._ours, text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self._ours)
