"""A gateway in a process of its own, as a user starts it, and the model behind it."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dragoman import Dragoman


class Served:
    """`dragoman serve`, started and stopped with the `with` block.

    Attributes:
        url: its base URL.
        process: the process.
    """

    def __init__(self, *options):
        command = [sys.executable, "-m", "dragoman.cli", "serve", "--port", "0", *options]
        # A file, not a pipe: nobody reads along.
        self._stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            command, stderr=self._stderr, stdin=subprocess.DEVNULL
        )
        assert until(lambda: b"stop:" in self.said or self.process.poll() is not None, 30), "the gateway never listened"
        assert self.process.poll() is None, self.said.decode()
        self.url = re.search(rb"http://\S+/v1", self.said).group().decode()

    @property
    def said(self):
        """What it wrote to stderr so far."""
        return os.pread(self._stderr.fileno(), 1 << 26, 0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self._stderr.close()

    def stop(self, with_signal=signal.SIGTERM):
        """End it, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        return self.process.wait(timeout=40)

    @property
    def ledger(self):
        """The entries it wrote, once it has ended."""
        return [json.loads(line) for line in self.said.splitlines() if line.startswith(b'{"request"')]

    def client(self, **options):
        return Dragoman(self.url, model="any", **options)

    def health(self):
        with self.client() as client:
            return get(client, "/healthz")


def get(client, path):
    """A JSON document of the gateway beside its `/v1`."""
    import urllib.request  # noqa: PLC0415 - one request

    url = client._settings.base_url.removesuffix("/v1") + path
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - loopback
        return json.loads(answer.read())


def until(true, seconds=15.0):
    """Wait until something is so; False when it never is."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_alive(pid):
    """Whether a process still runs; one that only waits to be buried does not."""
    with contextlib.suppress(OSError):
        os.kill(pid, 0)
        with Path(f"/proc/{pid}/stat").open() as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    return False
