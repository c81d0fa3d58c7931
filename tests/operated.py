"""A gateway as an operator runs it: a configuration file, a store, keys, an admin; and plain questions to it."""

import http.client
import json
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from answers import document
from dragoman.gateway.keys.desk import Desk
from dragoman.gateway.store.database import Store
from scripted import READ, Scripted, repeat
from serving import Served

ADMIN = "planted-admin-credential-0123456789abcdef"
ASKED = {"model": "m", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 10}


@dataclass
class Operated:
    """A gateway with a store, asked for keys.

    Attributes:
        served: its process.
        desk: where its keys are made.
        store: its store.
        file: its configuration.
        upstream: the scripted server behind it.
    """

    served: Served
    desk: Desk
    store: Store
    file: Path
    upstream: Scripted

    def ask(self, path, method="GET", secret=None, body=None, **headers):
        return ask(self.served.url, path, method, secret, body, **headers)

    def admin(self, path, method="GET", body=None):
        """The status and the document that the admin is told."""
        status, _, told = self.ask(path, method, ADMIN, body)
        return status, json.loads(told)

    def rewrite(self, old, new):
        """Change the configuration's file."""
        text = self.file.read_text()
        assert old in text
        self.file.write_text(text.replace(old, new))

    def line(self, text):
        """The number of the first line of the configuration that has a text in it."""
        lines = self.file.read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)


@contextmanager
def operated(folder, *scripts, more="", server="", upstream="", options=()):
    """A gateway in front of a scripted server.

    `more` is further configuration, `server` and `upstream` what is said besides in their sections.
    """
    with Scripted(*scripts or ([repeat(READ, document())],)) as behind:
        (folder / "admin").write_text(ADMIN)
        (folder / "upstream").write_text("sk-planted-upstream-credential")
        file = folder / "dragoman.toml"
        file.write_text(f"""
            [server]
            admin_key = "file:{folder}/admin"
            {server}
            [store]
            url = "sqlite:{folder}/dragoman.db"
            [upstreams.only]
            url = "{behind.url("/v1")}"
            credentials = ["file:{folder}/upstream"]
            parameters = "pass"
            {upstream}
            [prices]
            "only:*" = {{ input = 1, output = 1 }}
            {more}
        """)
        with Store(f"sqlite:{folder}/dragoman.db") as store:
            # Here, where all that it takes is imported already: in the gateway's own process that would be a second.
            store.migrate()
            with Served("--config", str(file), *options) as served:
                yield Operated(served, Desk(store), store, file, behind)


def ask(url, path, method="GET", secret=None, body=None, **headers):
    """A bare request to a path of the gateway: the status, the headers and the body of its answer."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if secret is not None:
        sent["authorization"] = f"Bearer {secret if isinstance(secret, str) else secret.reveal()}"
    try:
        raw = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, raw, sent)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()
