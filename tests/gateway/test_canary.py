"""Secrets are planted wherever a gateway holds any; then every place is searched to which it writes or answers.

The upstream is a bad one: it echoes its credential in its errors, as some do.
"""

import email
import json
import pickle
import socket
import traceback
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select

from collectors import Collector
from dragoman.errors import ConfigurationError
from dragoman.gateway.config.load import load
from dragoman.gateway.keys.desk import Desk
from dragoman.gateway.ledger import Totals
from dragoman.gateway.running import Lasting, Running
from dragoman.gateway.store.database import Store
from dragoman.gateway.store.tables import metadata
from operated import ask
from scripted import Scripted, answer, repeat
from serving import Served, until

ADMIN = "canary-admin-0123456789abcdef0123456789"
FIRST, SECOND = "sk-canary-first-0123456789", "canary-second-without-a-form-0123"
PASSWORD = "canary-password-0123"  # noqa: S105 - planted
STRAY = "canary-stray-0123"
REPORTED = "canary-collector-0123"
PLANTED = (ADMIN, FIRST, SECOND, PASSWORD, STRAY, REPORTED)
ASKED = {"model": "m", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 5}


STATUSES = ("400 Bad Request", "500 Failed")


def echoing(status):
    """A step that reads a request and says no, the credential it came with in each field there is."""

    def step(peer):
        request = b""
        while b"\r\n\r\n" not in request:
            request += received(peer)
        head, _, body = request.partition(b"\r\n\r\n")
        fields = email.message_from_bytes(head.partition(b"\r\n")[2])
        while len(body) < int(fields["content-length"] or 0):
            body += received(peer)
        sent = fields["authorization"].removeprefix("Bearer ")
        said = {"message": f"Incorrect API key provided: {sent}", "code": sent, "param": sent, "type": sent}
        peer.sendall(answer(json.dumps({"error": said}).encode(), status, {"x-request-id": sent, "x-key": sent}))

    return step


def received(peer):
    """Some bytes from the other side, which is there."""
    data = peer.recv(65536)
    if not data:
        raise ConnectionAbortedError
    return data


def written(folder, url, upstream, collector="http://127.0.0.1:9"):
    # Nobody is there: the log says so, without the password.
    shared = f"redis://user:{PASSWORD}@127.0.0.1:1"
    for name, value in (("admin", ADMIN), ("first", FIRST), ("second", SECOND), ("url", url), ("shared", shared)):
        (folder / name).write_text(value)
    file = folder / "dragoman.toml"
    file.write_text(f"""
        [server]
        admin_key = "file:{folder}/admin"
        [store]
        url = "file:{folder}/url"
        [log]
        level = "debug"
        prompts = true
        [upstreams.only]
        url = "{upstream.url("/v1")}"
        credentials = ["file:{folder}/first", "file:{folder}/second"]
        parameters = "drop"
        [[routes]]
        model = "*"
        candidates = ["only"]
        cache = 60
        [cache]
        shared = "file:{folder}/shared"
        [telemetry]
        endpoint = "{collector}"
    """)
    return file


@pytest.fixture
def guarded(postgres):
    """The address of a database with a password in it."""
    address = postgres.database()
    head, _, tail = address.partition("://")
    user, at, place = tail.partition("@")
    assert at
    return f"{head}://{user.partition(':')[0]}:{quote(PASSWORD)}@{place}"


@pytest.mark.parametrize("status", STATUSES)
def test_no_secret_comes_out_of_a_gateway_that_serves(tmp_path, monkeypatch, guarded, status):
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"authorization=Bearer%20{REPORTED}")
    with Scripted([repeat(echoing(status))]) as upstream, Store(guarded) as store, Collector() as collector:
        file = written(tmp_path, guarded, upstream, collector.root)
        with Served("--config", str(file)) as served:
            secret = Desk(store).create("ana")[1].reveal()
            answers = everything_asked(served, secret, file)
            assert until(lambda: rows(store, "requests"))
            journal = b"".join(path.read_bytes() for path in (tmp_path / "state").rglob("*") if path.is_file())
            command = Path(f"/proc/{served.process.pid}/cmdline").read_bytes()
            served.stop()
            sinks = {
                "answers": b"".join(answers),
                "stderr": served.said,
                "journal": journal,
                "store": repr([rows(store, table) for table in metadata.tables]).encode(),
                "command": command,
                "traces": b"".join(body for _, body in collector.reports),
            }
            assert collector.credentials == {f"Bearer {REPORTED}"}

    assert len(answers) > 30
    assert b"key" in sinks["answers"]
    assert b"the shared cache does not answer" in sinks["stderr"]
    for name, sink in sinks.items():
        assert sink, name
        for planted in (*PLANTED, secret, secret.removeprefix("dg_")[8:]):
            found = sink.find(planted.encode())
            assert found < 0, (name, planted, sink[max(found - 200, 0) : found])


def rows(store, table):
    with store.engine.connect() as connection:
        return connection.execute(select(metadata.tables[table])).all()


def everything_asked(served, secret, file):
    """The heads and bodies of answers to whatever may be asked, well and badly, by everybody."""
    url, found = served.url, []

    def note(*arguments, **more):
        _, headers, body = ask(url, *arguments, **more)
        found.append(headers.as_bytes() + body)

    for credential in (None, secret, STRAY, ADMIN):
        for path in (
            "/v1/chat/completions",
            "/v1/messages",
            "/v1/completions",
            "/v1/responses",
            "/v1/messages/count_tokens",
        ):
            body = ASKED | ({"prompt": "Hello"} if path == "/v1/completions" else {})
            note(path, "POST", credential, body)
            note(path, "POST", credential, body | {"stream": True, "seed": 1, "user": "x"}, x_request_id="mine")
            note(path, "POST", credential, b"{")
        for path in ("/v1/models", "/v1/models/m", "/healthz", "/readyz", "/openapi.json", "/nope"):
            note(path, "GET", credential)
    for path in ("keys", "usage", "usage?by=key,owner", "usage?requests=true", "requests/mine", "upstreams", "config"):
        note(f"/admin/{path}", "GET", ADMIN)
    note("/metrics", "GET", ADMIN)
    reloaded(file, note)
    garbage(url)
    return found


def reloaded(file, note):
    """Read the configuration again, with secrets where they should not be."""
    before = file.read_text()
    for old, new in (
        ('"drop"', '"refuse"'),
        ("[log]", f'shared = "redis://user:{STRAY}@127.0.0.1:1"\n[log]'),
        (f'"file:{file.parent}/shared"', f'"redis://user:{STRAY}@127.0.0.1:1"'),
        (f'"file:{file.parent}/shared"', f'"http://user:{STRAY}@127.0.0.1:1"'),
        (f'"file:{file.parent}/first"', f'"{STRAY}"'),
        (f'url = "file:{file.parent}/url"', f'url = "postgresql://u:{STRAY}@h/d?password={STRAY}"'),
        (f'url = "file:{file.parent}/url"', f'url = "mysql://u:{STRAY}@h/d"'),
        ("[log]", f"[log]\n{STRAY}"),
    ):
        assert old in before
        file.write_text(before.replace(old, new))
        note("/admin/reload", "POST", ADMIN)
    file.write_text(before)
    note("/admin/reload", "POST", ADMIN)


def garbage(url):
    """What is no HTTP, with a credential in it."""
    host, port = url.split("/")[2].split(":")
    with socket.create_connection((host, int(port)), 10) as line:
        line.sendall(f"GET / HTTP/1.1\r\nAuthorization: Bearer {STRAY}\r\nContent-Length: x\r\n\r\n".encode())
        line.recv(65536)


def test_no_secret_is_in_what_a_gateway_is_made_of(tmp_path, guarded):
    with Scripted() as upstream:
        config = load(written(tmp_path, guarded, upstream))
        running = Running(config, Lasting(Totals()))
        running.close()
        lanes = running.relay.upstreams["only"].lanes
        parts = [
            config,
            running,
            running.doorman,
            running.relay,
            *lanes,
            *(vars(lane) for lane in lanes),
            vars(running),
            vars(running.cache),
            vars(running.cache._answers),
        ]
        with Store(guarded) as store:
            parts += [store, store.engine, vars(store)]

    for part in parts:
        for planted in PLANTED:
            assert planted not in repr(part)
            assert planted not in str(part)


def test_a_secret_is_not_pickled(tmp_path, guarded):
    with Scripted() as upstream:
        config = load(written(tmp_path, guarded, upstream))

    for source in (config.server.admin_key, config.store.url, *config.upstreams["only"].credentials):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(source.read())


@pytest.mark.parametrize("line", ['admin_key = "{}"', 'admin_key = "env:{}!"', 'admin_key = ["{}"]', 'admin_key = {{ is = "{}" }}', "admin_key = '{}"])  # fmt: skip
def test_a_secret_in_the_wrong_place_is_not_repeated_by_whoever_finds_it_there(tmp_path, line):
    file = tmp_path / "dragoman.toml"
    file.write_text("[server]\n" + line.format(STRAY))

    with pytest.raises(ConfigurationError) as caught:
        load(file)
    assert STRAY not in "".join(traceback.format_exception(caught.value))


def test_a_database_that_is_away_is_told_of_without_its_password():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    store = Store(f"postgresql://u:{PASSWORD}@127.0.0.1:{port}/d")

    with pytest.raises(ConfigurationError) as caught:
        Desk(store).listed()
    store.close()
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
