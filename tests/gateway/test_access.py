"""Who may use what: every endpoint of the table, asked by everybody there is, with every method."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from dragoman.gateway.app import Gateway
from dragoman.gateway.keys.desk import Desk
from gateways import made
from operated import ADMIN, ask, operated
from serving import Served

ENDPOINTS = Gateway(made("http://127.0.0.1:9/v1")).endpoints
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND")
EACH = pytest.mark.parametrize("endpoint", ENDPOINTS.all, ids=lambda each: f"{each.method} {each.path}")


def written(path):
    """A path of the table as somebody asks for it."""
    return path.replace("{+model}", "org/none").replace("{+file}", "none.js").replace("{id}", "none")


def expired(store, role):
    """A key's secret whose time is over."""
    now = datetime.now(UTC)
    then = Desk(store, lambda: now - timedelta(days=2))
    return then.create("flo", role=role, expires=now - timedelta(days=1))[1]


@pytest.fixture(scope="module")
def keyed(tmp_path_factory):
    """A gateway that asks for keys, and everybody who may come: credentials by what they are."""
    with operated(tmp_path_factory.mktemp("keyed")) as gateway:
        revoked, was_caller = gateway.desk.create("ana")
        retired, was_admin = gateway.desk.create("bob", role="admin")
        gateway.desk.revoke(revoked.id)
        gateway.desk.revoke(retired.id)
        people = {
            "nobody": None,
            "a stranger": "dg_" + "x" * 51,
            "a revoked caller": was_caller,
            "a revoked admin": was_admin,
            "a caller": gateway.desk.create("cy")[1],
            "an expired caller": expired(gateway.store, "caller"),
            "an expired admin": expired(gateway.store, "admin"),
            "a caller of no model": gateway.desk.create("ed", models=["none-of-these"])[1],
            "an admin": gateway.desk.create("di", role="admin")[1],
            "the admin": ADMIN,
        }
        yield gateway.served.url, people


@pytest.fixture(scope="module")
def unkeyed(tmp_path_factory):
    """One that asks its callers for none, and has an admin."""
    folder = tmp_path_factory.mktemp("unkeyed")
    (folder / "admin").write_text(ADMIN)
    file = folder / "dragoman.toml"
    file.write_text(f"""
        [server]
        admin_key = "file:{folder}/admin"
        [upstreams.only]
        url = "http://127.0.0.1:9/v1"
    """)
    with Served("--config", str(file)) as served:
        yield served.url, {"nobody": None, "a stranger": "dg_" + "x" * 51, "the admin": ADMIN}


@pytest.fixture(scope="module")
def open_to_all():
    """One as it starts without any configuration: for whoever is on this machine."""
    with Served("--upstream", "http://127.0.0.1:9/v1") as served:
        yield served.url, {"nobody": None, "a stranger": "dg_" + "x" * 51}


UNKNOWN = (
    "nobody",
    "a stranger",
    "a revoked caller",
    "a revoked admin",
    "an expired caller",
    "an expired admin",
)
VERDICTS = {
    "keyed": {
        "anyone": {},
        "caller": dict.fromkeys(UNKNOWN, 401),
        "admin": dict.fromkeys(UNKNOWN, 401) | {"a caller": 403, "a caller of no model": 403},
    },
    "unkeyed": {"anyone": {}, "caller": {}, "admin": {"nobody": 401, "a stranger": 401}},
    "open_to_all": {"anyone": {}, "caller": {}, "admin": {"nobody": 404, "a stranger": 404}},
}
for verdicts in VERDICTS.values():
    verdicts["observer"] = verdicts["admin"]
VERDICTS["open_to_all"]["observer"] = {}


@EACH
@pytest.mark.parametrize("kind", VERDICTS)
def test_an_endpoint_is_for_whom_the_table_says(request, kind, endpoint):
    url, people = request.getfixturevalue(kind)
    body = b"{}" if endpoint.method == "POST" else None
    verdicts = VERDICTS[kind][endpoint.who]
    for name, secret in people.items():
        status, headers, told = ask(url, written(endpoint.path), endpoint.method, secret, body)
        if name in verdicts:
            assert status == verdicts[name], (name, told)
            assert b"error" in told
            assert status != 401 or headers["www-authenticate"] == "Bearer"
            assert status != 404 or b"there is no admin API here" in told
        else:
            assert status not in {401, 403}, (name, told)
            assert b"no admin API" not in told


ANSWERING = [each for each in ENDPOINTS.all if each.who == "caller" and each.method == "POST" and "{" not in each.path]


@pytest.mark.parametrize("endpoint", ANSWERING, ids=lambda each: each.path)
def test_what_is_asked_of_a_model_is_for_those_who_may_ask_for_that_model(keyed, endpoint):
    url, people = keyed
    asked = {
        "/v1/completions": {"model": "m", "prompt": "x"},
        "/v1/embeddings": {"model": "m", "input": "x"},
        "/v1/responses": {"model": "m", "input": "x", "max_output_tokens": 1},
    }.get(endpoint.path, {"model": "m", "messages": [{"role": "user", "content": "x"}], "max_tokens": 1})
    verdicts = dict.fromkeys(UNKNOWN, 401) | {"a caller of no model": 403}

    for name, secret in people.items():
        status, _, told = ask(url, endpoint.path, "POST", secret, asked)
        if name in verdicts:
            assert status == verdicts[name], (name, told)
            assert status != 403 or b"none-of-these" in told or b"model" in told
        else:
            assert status not in {401, 403}, (name, told)


@EACH
def test_another_method_is_refused_whoever_asks(keyed, endpoint):
    url, people = keyed
    known = {each.method for each in ENDPOINTS.all if each.path == endpoint.path}
    known |= {"HEAD"} if "GET" in known else set()
    for method in set(METHODS) - known:
        for name, secret in people.items():
            status, headers, _ = ask(url, written(endpoint.path), method, secret)
            assert status == 405, (method, name)
            assert set(headers["allow"].split(", ")) == known


@pytest.mark.parametrize(
    "path",
    [
        "/admin//",
        "/admin/none",
        "/admin/keys/",
        "//admin/keys",
        "/admin//keys",
        "/ADMIN/keys",
        "/Admin/Keys",
        "/admin/keys;a=b",
        "/v1/../admin/keys",
        "/v1/..%2fadmin/keys",
        "/admin/keys/a/b/rotate",
        "/admin/keys//rotate",
        "/admin/requests/a/b",
        "/.%2fadmin/keys",
    ],
)
def test_another_way_to_write_a_path_opens_nothing(keyed, path):
    url, _ = keyed

    status, _, told = ask(url, path, "GET", ADMIN)

    assert status == 404
    assert json.loads(told)["error"]["code"] == "not_found"


@pytest.mark.parametrize("path", ["/admin/keys", "/admin%2fkeys", "/%61dmin/keys", "/admin/keys?a=/healthz", "/admin/keys#/healthz"])  # fmt: skip
def test_what_is_the_same_path_is_for_the_same_people(keyed, path):
    url, people = keyed

    assert ask(url, path)[0] == 401
    assert ask(url, path, secret=people["a caller"])[0] == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "admin.example", ""])
def test_no_name_of_a_host_opens_anything(keyed, host):
    url, _ = keyed

    assert ask(url, "/admin/keys", host=host, x_forwarded_for="127.0.0.1", x_forwarded_host="localhost")[0] == 401


def test_a_refusal_has_the_form_of_the_api_that_was_asked(keyed):
    url, _ = keyed

    assert json.loads(ask(url, "/v1/messages", "POST", body=b"{}")[2])["type"] == "error"
    assert json.loads(ask(url, "/v1/messages/count_tokens", "POST", body=b"{}")[2])["type"] == "error"
    assert json.loads(ask(url, "/v1/messages", "GET")[2])["type"] == "error"
    assert json.loads(ask(url, "/v1/messages/batches", "POST")[2])["error"]["type"] == "not_found_error"
    assert json.loads(ask(url, "/v1/embeddings", "GET")[2])["error"]["code"] == "method_not_allowed"
    assert json.loads(ask(url, "/v1/chat/completions", "POST", body=b"{}")[2])["error"]["code"] == "invalid_api_key"
