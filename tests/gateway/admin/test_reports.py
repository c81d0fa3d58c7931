"""Who used what, and what became of a request, as the admin API tells it."""

import csv
import json
from datetime import UTC, datetime, timedelta

import pytest

from dragoman.gateway.usage import COLUMNS, SUMS
from entries import attempt
from entries import closed as entry_of
from operated import ADMIN, ASKED, operated
from serving import until

THEN = datetime(2025, 3, 1, 12, tzinfo=UTC)


def closed(number, **fields):
    return entry_of(number, **{"at": THEN + timedelta(seconds=number)} | fields)


@pytest.fixture(scope="module")
def filled(gateway):
    """The gateway, with entries of its own past: more than a page of them."""
    gateway.store.put([closed(number, owner="bob" if number % 2 else "ana") for number in range(2, 1502)])
    gateway.store.put([closed(1, id="req_mine", attempts=(attempt(end_reason="failed", status=500), attempt(status=200)))])  # fmt: skip
    return gateway


DAY = "since=2025-03-01&until=2025-03-02"


def test_usage_is_added_up_by_what_is_asked_for(filled):
    status, told = filled.admin(f"/admin/usage?by=owner,upstream&{DAY}")

    assert status == 200
    assert told["by"] == ["owner", "upstream"]
    assert [(row["owner"], row["upstream"], row["requests"]) for row in told["data"]] == [
        ("ana", "openai", 751), ("bob", "openai", 750),
    ]  # fmt: skip
    assert set(told["data"][0]) == {"owner", "upstream", *SUMS}
    assert told["data"][1]["prompt_tokens"] == 750 * 5


def test_it_is_by_model_where_nothing_is_said(filled):
    _, told = filled.admin(f"/admin/usage?{DAY}")

    assert [(row["model"], row["requests"]) for row in told["data"]] == [("gpt-x-2026", 1501)]


@pytest.mark.parametrize(
    ("query", "count"),
    [("owner=bob", 750), ("key=none", 0), ("model=gpt-x-2026", 1501), ("since=2025-03-01T12:10:00%2B00:00", 902), ("since=2025-03-01T12:10:00+00:00", 902)],
)  # fmt: skip
def test_it_is_filtered(filled, query, count):
    before = "&until=2025-03-02"
    _, told = filled.admin(f"/admin/usage?{query}{before}&by=")

    assert [row["requests"] for row in told["data"]] == ([count] if count else [])


def test_it_is_exported_as_csv_and_as_lines(filled):
    _, headers, table = filled.ask(f"/admin/usage?by=owner&format=csv&{DAY}", secret=ADMIN)
    _, _, lines = filled.ask(f"/admin/usage?by=owner&format=jsonl&{DAY}", secret=ADMIN)

    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert [row["requests"] for row in csv.DictReader(table.decode().splitlines())] == ["751", "750"]
    assert [json.loads(line)["owner"] for line in lines.splitlines()] == ["ana", "bob"]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_every_entry_is_listed_however_many_there_are(filled, form):
    status, _, body = filled.ask(f"/admin/usage?requests=true&format={form}&{DAY}", secret=ADMIN)

    assert status == 200
    lines = body.decode().splitlines()
    rows = list(csv.DictReader(lines)) if form == "csv" else [json.loads(line) for line in lines]
    assert len(rows) == 1501
    assert len({row["entry"] for row in rows}) == 1501
    assert set(rows[0]) == set(COLUMNS)


def test_a_request_is_explained_with_its_attempts(filled):
    status, told = filled.admin("/admin/requests/req_mine")

    assert status == 200
    (entry,) = told["entries"]
    assert (entry["id"], entry["at"]) == ("req_mine", "2025-03-01T12:00:01Z")
    assert [(each["end_reason"], each["status"]) for each in entry["attempts"]] == [("failed", 500), ("completed", 200)]
    assert told["refusals"] == []


def test_a_request_of_just_now_says_who_answered_it(gateway):
    _, secret = gateway.desk.create("cy")
    headers = gateway.ask("/v1/chat/completions", "POST", secret, ASKED, x_request_id="just-now")[1]

    assert headers["x-dragoman-upstream"] == "only"
    assert until(lambda: gateway.admin("/admin/requests/just-now")[0] == 200)
    (entry,) = gateway.admin("/admin/requests/just-now")[1]["entries"]
    assert (entry["upstream"], entry["end_reason"], entry["owner"]) == ("only", "completed", "cy")
    assert [each["credential"] for each in entry["attempts"]] == [f"file:{gateway.file.parent}/upstream"]


def test_a_caller_is_told_what_became_of_its_own_requests(gateway):
    mine, secret = gateway.desk.create("cy", models=["m"])
    _, other = gateway.desk.create("di")
    for key in (secret, other):
        gateway.ask("/v1/chat/completions", "POST", key, ASKED, x_request_id="twice")
        assert until(lambda key=key: gateway.ask("/v1/requests/twice", secret=key)[0] == 200)
    gateway.ask("/v1/chat/completions", "POST", secret, ASKED | {"model": "n"}, x_request_id="twice")
    gateway.ask("/v1/chat/completions", "POST", None, ASKED, x_request_id="twice")

    told = json.loads(gateway.ask("/v1/requests/twice", secret=secret)[2])
    (entry,), (refused,) = told["entries"], told["refusals"]
    assert (entry["key"], entry["end_reason"], entry["attempts"]) == (mine.id, "completed", 1)
    assert entry["cost"] == entry["prompt_tokens"] + entry["completion_tokens"]
    assert (refused["status"], refused["key"]) == (403, mine.id)
    assert len(gateway.admin("/admin/requests/twice")[1]["refusals"]) == 2


@pytest.mark.parametrize("name", ["req_mine", "none", "%00"])
def test_what_others_asked_is_nothing_to_a_caller(filled, name):
    _, secret = filled.desk.create("di")
    status, _, told = filled.ask(f"/v1/requests/{name}", secret=secret)

    assert (status, json.loads(told)["error"]["code"]) == (404, "not_found")
    assert filled.ask(f"/v1/requests/{name}")[0] == 401


def test_without_keys_there_are_the_requests_that_were_asked_without_one(tmp_path):
    with operated(tmp_path, server='keys = "off"') as gateway:
        gateway.ask("/v1/chat/completions", "POST", None, ASKED, x_request_id="free")
        gateway.ask("/v1/chat/completions", "POST", None, ASKED | {"messages": []}, x_request_id="wrong")
        gateway.store.put([closed(1, id="kept", key="key_a"), closed(2, id="open", key=None)])

        assert until(lambda: gateway.ask("/v1/requests/free")[0] == 200)
        assert gateway.ask("/v1/requests/open")[0] == 200
        assert gateway.ask("/v1/requests/kept")[0] == gateway.ask("/v1/requests/wrong")[0] == 404


def test_a_refusal_is_explained_by_what_its_caller_was_told(gateway):
    key, secret = gateway.desk.create("cy", models=["gpt-*"])
    told = json.loads(gateway.ask("/v1/messages", "POST", secret, ASKED, x_request_id="no")[2])
    gateway.ask("/v1/models", x_request_id="no")

    _, explained = gateway.admin("/admin/requests/no")
    later, earlier = explained["refusals"]
    assert explained["entries"] == []
    assert (later["status"], later["endpoint"], later["key"]) == (401, "/v1/models", None)
    assert (earlier["status"], earlier["endpoint"], earlier["key"]) == (403, "/v1/messages", key.id)
    assert earlier["message"] == told["error"]["message"]


def test_a_request_that_nobody_made_is_not_found(gateway):
    status, told = gateway.admin("/admin/requests/none")

    assert (status, told["error"]["code"]) == (404, "not_found")
