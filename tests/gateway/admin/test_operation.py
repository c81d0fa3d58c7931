"""A gateway that runs, as its operator sees it and changes it."""

import json
import tomllib
from threading import Thread

from answers import document
from operated import ADMIN, ASKED, operated
from scripted import READ, Hold, answer, repeat

CHAT = "/v1/chat/completions"


def test_an_upstream_that_answers_has_no_trouble_and_closed_circuits(gateway):
    status, told = gateway.admin("/admin/upstreams")

    assert status == 200
    (only,) = told["data"]
    assert (only["name"], only["busy"], only["trouble"]) == ("only", 0, None)
    assert only["credentials"] == [{"from": f"file:{gateway.file.parent}/upstream", "circuit": "closed"}]
    assert told["under_way"] == {"requests": 0, "streams": 0, "waiting": 0}


def test_a_circuit_that_is_open_says_for_how_long(tmp_path):
    refused = answer(b'{"error": {"message": "no"}}', "503 Service Unavailable", {"Retry-After": "90"})
    with operated(tmp_path, [repeat(READ, refused)]) as gateway:
        _, secret = gateway.desk.create("ana")
        assert gateway.ask(CHAT, "POST", secret, ASKED)[0] == 503
        _, told = gateway.admin("/admin/upstreams")

    (lane,) = told["data"][0]["credentials"]
    assert lane["circuit"] == "open"
    assert 80 < lane["seconds_left"] <= 90


def test_a_model_that_has_had_too_many_requests_is_left_alone_and_others_are_not(tmp_path):
    refused = answer(b'{"error": {"message": "no"}}', "429 Too Many Requests", {"Retry-After": "90"})
    with operated(tmp_path, [READ, refused, repeat(READ, document())]) as gateway:
        _, secret = gateway.desk.create("ana")
        models = ("large", "large", "small")
        statuses = [gateway.ask(CHAT, "POST", secret, ASKED | {"model": model})[0] for model in models]
        _, told = gateway.admin("/admin/upstreams")
        _, _, metrics = gateway.ask("/metrics", secret=ADMIN)

    assert statuses == [429, 503, 200]
    (lane,) = told["data"][0]["credentials"]
    assert lane["circuit"] == "closed"
    assert 80 < lane["limited"]["large"] <= 90
    assert b'dragoman_models_limited{upstream="only"} 1\n' in metrics


def test_who_is_at_work_is_counted(tmp_path):
    hold = Hold()
    models = [repeat(READ, answer(b'{"data": []}'))]
    with operated(tmp_path, [READ, hold, document()], models) as gateway:
        _, secret = gateway.desk.create("ana")
        asking = Thread(target=gateway.ask, args=(CHAT, "POST", secret, ASKED))
        asking.start()
        assert hold.reached.wait(10)
        _, told = gateway.admin("/admin/upstreams")
        hold.release()
        asking.join()

    assert told["data"][0]["busy"] == told["under_way"]["requests"] == 1


def test_the_configuration_is_shown_whole_and_without_what_is_secret(gateway):
    status, headers, body = gateway.ask("/admin/config", secret=ADMIN)

    shown = tomllib.loads(body.decode())
    assert status == 200
    assert headers["content-type"].startswith("application/toml")
    assert shown["server"]["admin_key"] == f"file:{gateway.file.parent}/admin"
    assert shown["bounds"]["queue"] == 1000
    assert b"planted" not in body


def test_a_reload_says_what_it_changed_and_counts_from_the_next_request_on(tmp_path):
    with operated(tmp_path, more="[bounds]\nbody = 50") as gateway:
        _, secret = gateway.desk.create("ana")
        before = gateway.ask(CHAT, "POST", secret, ASKED)[0]
        gateway.rewrite("body = 50", "body = 5000")
        status, told = gateway.admin("/admin/reload", "POST")
        after = gateway.ask(CHAT, "POST", secret, ASKED)[0]
        again = gateway.admin("/admin/reload", "POST")[1]
        gateway.served.stop()
        said = gateway.served.said.decode()

    assert (before, status, after) == (413, 200, 200)
    assert told == {"changed": ["bounds.body: 50 → 5000"]}
    assert again == {"changed": []}
    assert "INFO: the configuration was read again: bounds.body: 50 → 5000\n" in said
    assert "the configuration was read again: nothing changed\n" in said


def test_a_file_that_cannot_be_used_changes_nothing_and_says_why(tmp_path):
    with operated(tmp_path, more="[bounds]\nbody = 5000") as gateway:
        _, secret = gateway.desk.create("ana")
        gateway.rewrite("body = 5000", "body = 50\nqueu = 1")
        status, told = gateway.admin("/admin/reload", "POST")
        after = gateway.ask(CHAT, "POST", secret, ASKED)[0]
        shown = gateway.ask("/admin/config", secret=ADMIN)[2]
        line = gateway.line("queu = 1")

    assert (status, after) == (422, 200)
    assert told["error"]["code"] == "configuration"
    assert f'dragoman.toml:{line}: bounds has no "queu"; did you mean "queue"?' in told["error"]["message"]
    assert tomllib.loads(shown.decode())["bounds"]["body"] == 5000


def test_what_needs_a_restart_is_told_and_stays(tmp_path):
    with operated(tmp_path) as gateway:
        gateway.rewrite("[store]", "port = 1\n[store]\nkeep_days = 7\nshared = 'redis://127.0.0.1:1'")
        _, told = gateway.admin("/admin/reload", "POST")
        _, again = gateway.admin("/admin/reload", "POST")

    shared = 'store.shared: none → "redis://127.0.0.1:1" (needs a restart)'
    assert told["changed"] == ["server.port: 8000 → 1 (needs a restart)", shared, "store.keep_days: none → 7"]
    assert again["changed"] == told["changed"][:2]


def test_a_reload_takes_another_admin_key(tmp_path):
    with operated(tmp_path) as gateway:
        (tmp_path / "admin").write_text("another-admin-credential-0123456789abcdef")
        gateway.admin("/admin/reload", "POST")

        assert gateway.ask("/admin/upstreams", secret=ADMIN)[0] == 401
        assert gateway.ask("/admin/upstreams", secret="another-admin-credential-0123456789abcdef")[0] == 200  # noqa: S106 - planted


def test_a_page_of_another_site_cannot_reload(gateway):
    status, _, told = gateway.ask("/admin/reload", "POST", ADMIN, sec_fetch_site="cross-site")

    assert (status, json.loads(told)["error"]["code"]) == (403, "cross_site")
