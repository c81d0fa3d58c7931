"""kill -9 at random moments under load: every request that an upstream has answered is in the ledger, once.

A few rounds here; two hundred with `CRASH_ROUNDS=200 pytest tests/gateway/test_crash.py`.
"""

import contextlib
import http.client
import itertools
import json
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from dragoman.gateway.store.database import Store
from entries import stored
from serving import Served, until
from upstreams import Upstream

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "4"))
CALLERS = 8
NOWHERE = urlsplit("http://127.0.0.1:9")


class Load:
    """Callers who ask, each under a name of its own, until the block ends; whatever breaks, they ask on.

    Attributes:
        got: the names of the requests whose whole answer came.
    """

    def __init__(self):
        self.got = []
        self._names = map("r{}".format, itertools.count())
        self._over = threading.Event()
        self._callers = ThreadPoolExecutor(CALLERS)
        self._place = None

    def at(self, url):
        """Ask here from now on."""
        self._place = urlsplit(url)

    def __enter__(self):
        self._asking = [self._callers.submit(self._ask, number % 2 == 0) for number in range(CALLERS)]
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """Ask no more, and wait for the last answers."""
        self._over.set()
        for asking in self._asking:
            asking.result()
        self._callers.shutdown()

    def _ask(self, stream):
        while not self._over.is_set():
            place = self._place or NOWHERE
            connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
            with contextlib.suppress(OSError, http.client.HTTPException):
                while not self._over.is_set():
                    self._once(connection, next(self._names), stream)
            connection.close()
            # Nobody listens for a moment.
            time.sleep(0.005)

    def _once(self, connection, name, stream):
        body = {"model": "m", "stream": stream, "messages": [{"role": "user", "content": name}]}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"x-request-id": name})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status == 200 and (not stream or text.endswith(b"[DONE]\n\n")):
            self.got.append(name)


@pytest.fixture
def place(tmp_path):
    """A configuration with a store, for an upstream."""

    def make(upstream):
        store, file = f"sqlite:{tmp_path}/dragoman.db", tmp_path / "dragoman.toml"
        file.write_text(f'[server]\nkeys = "off"\n[store]\nurl = "{store}"\n[upstreams.only]\nurl = "{upstream.url}"\n')
        return store, ["--config", str(file)]

    return make


def of(bodies):
    """The names of requests, as the upstream sees them."""
    return {body["messages"][0]["content"] for body in bodies}


def judge(upstream, load, store):
    """Every request that was answered has one row, and no row is of a request that nobody asked."""
    with Store(store) as opened:
        rows = stored(opened)
    names = [row["id"] for row in rows]
    assert len(names) == len(set(names)), "a request has two rows"
    assert not of(upstream.answered) - set(names), "a request that was answered has no row"
    assert not of(upstream.asked) - set(names), "a request that went upstream has no row"
    assert not set(load.got) - set(names)
    ends = {row["id"]: row["end_reason"] for row in rows}
    assert set(ends.values()) <= {"completed", "killed", "disconnected", "failed"}
    return ends


def goes_on(upstream):
    """Wait until another request is answered."""
    came = len(upstream.answered)
    assert until(lambda: len(upstream.answered) > came, 60)


def carried(served, store):
    """Wait until the ledger has whatever dead processes left: their folders are gone from the journal."""
    alive = [served.process.pid, *(child.pid for child in psutil.Process(served.process.pid).children())]
    journal = Path(store.removeprefix("sqlite:") + ".journal")
    assert until(lambda: all(int(path.name.split("-")[0]) in alive for path in journal.iterdir()), 60)


def test_a_gateway_that_is_killed_at_any_moment_loses_no_request(place):
    chance = random.Random(ROUNDS)
    with Upstream() as upstream, Load() as load:
        store, options = place(upstream)
        for _ in range(ROUNDS):
            with Served(*options) as served:
                load.at(served.url)
                goes_on(upstream)
                time.sleep(chance.uniform(0, 0.8))
                assert served.stop(signal.SIGKILL) == -signal.SIGKILL
        load.end()
        with Served(*options) as served:
            carried(served, store)
            assert served.stop() == 0
        ends = judge(upstream, load, store)

    assert "killed" in ends.values()
    assert "completed" in ends.values()


def test_a_worker_that_is_killed_at_any_moment_loses_no_request(place):
    chance = random.Random(ROUNDS)
    with Upstream() as upstream:
        store, options = place(upstream)
        with Served(*options, "--workers", "2") as served, Load() as load:
            load.at(served.url)
            for _ in range(ROUNDS):
                goes_on(upstream)
                time.sleep(chance.uniform(0, 0.8))
                kill_one(served, chance)
            goes_on(upstream)
            load.end()
            assert served.stop() == 0
        with Served(*options) as served:
            carried(served, store)
            assert served.stop() == 0
        ends = judge(upstream, load, store)

    assert "completed" in ends.values()


def kill_one(served, chance):
    """Kill a worker, be it one that has only begun to start."""
    with contextlib.suppress(ProcessLookupError, IndexError):
        os.kill(chance.choice(psutil.Process(served.process.pid).children()).pid, signal.SIGKILL)
