"""A gateway in front of upstreams that are told what to do, its callers, and its ledger afterwards."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from dragoman.gateway.store.database import Store
from dragoman.gateway.store.tables import attempts as attempts_table
from entries import stored
from scripted import Scripted, repeat
from serving import Served

LIMITS = "[timeouts]\nconnect = 1\nfirst_token = 1\nidle = 1\ntotal = 6\n"


@dataclass
class Heard:
    """What a caller got.

    Attributes:
        status: the answer's.
        headers: the answer's, in lower case.
        text: the content, as far as it came.
        ending: `done`; or the code of the error it ended with; `cut` where it just stopped.
        told: the status of the answer, or of the error within it.
    """

    status: int = 0
    headers: dict = field(default_factory=dict)
    text: str = ""
    ending: str | None = "cut"
    told: int = 0


def ask(url, model, kind, name):
    """Ask as any client does, and read to the end."""
    place = urlsplit(url)
    body = {"model": model, "messages": [{"role": "user", "content": "Who is the best?"}], "stream": kind == "stream"}
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    try:
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"x-request-id": name})
        got = connection.getresponse()
        heard = Heard(got.status, {key.lower(): value for key, value in got.getheaders()}, told=got.status)
        if heard.headers["content-type"].startswith("text/event-stream"):
            read_events(heard, got.read().decode())
        else:
            read_document(heard, json.loads(got.read()))
        return heard
    finally:
        connection.close()


def read_document(heard, document):
    if "error" in document:
        heard.ending = document["error"]["code"]
    else:
        heard.text, heard.ending = document["choices"][0]["message"]["content"], "done"


def read_events(heard, text):
    for each in text.split("\n\n"):
        data = each.removeprefix("data: ")
        assert heard.ending == "cut" or not data, f"something follows the end: {data[:100]}"
        if data == "[DONE]":
            heard.ending = "done"
        elif data.startswith('{"error"'):
            error = json.loads(data)["error"]
            heard.ending, heard.told = error["code"], error["status"]
        elif data.startswith("{"):
            for choice in json.loads(data)["choices"]:
                heard.text += choice["delta"].get("content") or ""


class Stage:
    """A gateway in front of upstreams that are told what to do, and its ledger afterwards.

    Args:
        folder: for the store and the configuration.
    """

    def __init__(self, folder):
        self._store = f"sqlite:{folder}/dragoman.db"
        self._file = folder / "dragoman.toml"
        self._lines = [f'[server]\nkeys = "off"\n[store]\nurl = "{self._store}"\n{LIMITS}']
        self.servers = {}

    def upstream(self, name, script, more=""):
        """Another upstream, which does the same on each connection, and again for each request on it."""
        self.servers[name] = Scripted([repeat(*script)])
        address = self.servers[name].url("/v1")
        self._lines.append(f'[upstreams.{name}]\nurl = "{address}"\nparameters = "pass"\ntimeouts.total = 2\n{more}')

    def route(self, model, *names, more=None):
        """Who answers for a model: one after the other, once each, where no more is said."""
        named = json.dumps([*names])
        more = more or f"retries = {len(names) - 1}\n"
        self._lines.append(f'[[routes]]\nmodel = "{model}"\ncandidates = {named}\n{more}')

    def serve(self):
        """The gateway, in a process of its own."""
        self._file.write_text("\n".join(sorted(self._lines, key=lambda line: line.startswith("[[routes]]"))))
        return Served("--config", str(self._file))

    def perform(self, plays):
        """Ask for all of it at the same time; what each caller got and what the ledger has of it, by the plays' names.

        Args:
            plays: the model to ask for and `stream` or `whole`, by a name for it.
        """
        names = {play: f"r{number}" for number, play in enumerate(plays)}
        with self.serve() as served, ThreadPoolExecutor(24) as many:
            asked = {play: many.submit(ask, served.url, *plays[play], names[play]) for play in plays}
            heard = {play: future.result() for play, future in asked.items()}
            assert served.stop() == 0
        rows = self.rows()
        return {play: (heard[play], rows.get(names[play], [])) for play in plays}

    def rows(self):
        """The ledger's rows by the requests' names: a list each, in which there should be one."""
        with Store(self._store) as store:
            attempts, rows = {}, {}
            for attempt in stored(store, attempts_table):
                attempts.setdefault(attempt["entry"], []).append(attempt)
            for row in stored(store):
                rows.setdefault(row["id"], []).append(row | {"attempted": attempts.get(row["entry"], [])})
        return rows

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.servers.values():
            server.close()
