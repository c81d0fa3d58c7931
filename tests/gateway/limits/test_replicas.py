"""Two replicas with two workers each, on PostgreSQL and Valkey: a key's limits are one for all of them."""

import http.client
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from dragoman.cost.estimate import prompt_tokens
from dragoman.gateway.keys.desk import Desk
from dragoman.gateway.limits.estimate import longest, tokens
from dragoman.gateway.limits.terms import Limits
from dragoman.gateway.store.database import Store
from entries import stored
from serving import Served, until
from upstreams import Upstream

CALLERS = 64
PROMPT = 5


def used(body):
    """What a request takes is what it says in its message: more than it reserves, where that is a large number."""
    took = int(body["messages"][0]["content"])
    return {"prompt_tokens": PROMPT, "completion_tokens": took, "total_tokens": PROMPT + took}


class Replicas:
    """Two gateways that share a store and the limits, each with a machine's own folder for its journal."""

    def __init__(self, folder, stack, monkeypatch, store, shared):
        self.upstream = stack.enter_context(Upstream(used))
        self._store = stack.enter_context(Store(store))
        self._store.migrate()
        file = folder / "dragoman.toml"
        file.write_text(
            f'[store]\nurl = "{store}"\nshared = "{shared}"\n[upstreams.only]\nurl = "{self.upstream.url}"\n'
        )
        self._served = []
        for name in ("one", "two"):
            monkeypatch.setenv("STATE_DIRECTORY", str(folder / name))
            self._served.append(stack.enter_context(Served("--config", str(file), "--workers", "2")))

    def key(self, **limits):
        """A new key: its id and its secret."""
        made, secret = Desk(self._store).create(owner="ana", limits=Limits(**limits))
        return made.id, secret.reveal()

    def ask(self, secret, number, took):
        """Ask one of the replicas: what that reserved, the answer's status, and its headers."""
        place = urlsplit(self._served[number % 2].url)
        body = {"model": "m", "messages": [{"role": "user", "content": str(took)}], "max_tokens": 40}
        body["stream"] = number % 4 > 1
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        try:
            connection.request("POST", "/v1/chat/completions", json.dumps(body), {"authorization": f"Bearer {secret}"})
            answer = connection.getresponse()
            answer.read()
            return tokens(prompt_tokens(body), longest(body)), answer.status, answer.headers
        finally:
            connection.close()

    def rows(self, key, count):
        """The ledger's rows of a key, once there are so many: the carriers are half a second behind."""

        def found():
            return [row for row in stored(self._store) if row["key"] == key]

        assert until(lambda: len(found()) >= count)
        return found()


@pytest.fixture(scope="module")
def replicas(tmp_path_factory, postgres, valkey_url):
    with ExitStack() as stack, pytest.MonkeyPatch.context() as monkeypatch:
        yield Replicas(tmp_path_factory.mktemp("replicas"), stack, monkeypatch, postgres.database(), valkey_url)


def at_once(replicas, secret, taken):
    """As many callers as there are, each asking for one of these: what each took, reserved, and was told."""
    with ThreadPoolExecutor(CALLERS) as many:
        asked = many.map(lambda number: replicas.ask(secret, number, taken[number]), range(len(taken)))
        return [(PROMPT + took, *told) for took, told in zip(taken, asked, strict=True)]


def test_of_many_callers_on_one_key_no_more_are_admitted_than_may(replicas):
    before = len(replicas.upstream.asked)
    key, secret = replicas.key(requests_per_minute=20, tokens_per_minute=1_000_000)
    asked = at_once(replicas, secret, [3] * CALLERS)

    assert Counter(status for _, _, status, _ in asked) == {200: 20, 429: CALLERS - 20}
    assert all(0 < int(headers["retry-after"]) <= 62 for _, _, status, headers in asked if status == 429)
    assert len(replicas.upstream.asked) - before == 20
    assert [row["completion_tokens"] for row in replicas.rows(key, 20)] == [3] * 20


def test_tokens_exceed_their_limit_by_no_more_than_requests_took_beyond_their_reservations(replicas):
    key, secret = replicas.key(requests_per_minute=1_000_000, tokens_per_minute=1500)
    asked = at_once(replicas, secret, [100 if number % 8 == 0 else 17 * number % 41 for number in range(3 * CALLERS)])

    admitted = [(took, reserved) for took, reserved, status, _ in asked if status == 200]
    taken = sum(took for took, _ in admitted)
    beyond = sum(max(0, took - reserved) for took, reserved in admitted)
    assert {status for _, _, status, _ in asked} == {200, 429}
    assert beyond > 0
    assert 1000 < taken <= 1500 + beyond
    rows = replicas.rows(key, len(admitted))
    assert len(rows) == len(admitted)
    assert sum(row["prompt_tokens"] + row["completion_tokens"] for row in rows) == taken
