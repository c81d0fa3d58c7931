"""Keys through the admin API: what an operator does, and what their callers notice of it."""

import json
from datetime import UTC, datetime

import pytest

from operated import ASKED
from serving import until

ALL = {
    "owner": "ana",
    "role": "caller",
    "models": ["gpt-*", "m"],
    "limits": {"requests_per_minute": 60, "budget_day_microusd": 5_000_000},
    "expires": "2040-01-01T00:00:00Z",
    "note": "the blue team's",
}


def created(gateway, **fields):
    status, key = gateway.admin("/admin/keys", "POST", {"owner": "ana"} | fields)
    assert status == 201, key
    return key


def status_of(gateway, secret):
    return gateway.ask("/v1/chat/completions", "POST", secret, ASKED)[0]


def test_a_key_is_made_as_it_was_wanted_and_works_at_once(gateway):
    key = created(gateway, **ALL)

    assert {name: key[name] for name in ALL} == ALL
    assert key["state"] == "active"
    assert key["secret"].startswith(key["prefix"])
    assert status_of(gateway, key["secret"]) == 200


def test_the_secret_is_shown_once(gateway):
    key = created(gateway, owner="once")

    _, listed = gateway.admin("/admin/keys?owner=once")
    assert [each["id"] for each in listed["data"]] == [key["id"]]
    assert key["secret"] not in json.dumps(listed)
    assert "secret" not in listed["data"][0]
    assert "hash" not in listed["data"][0]


def test_keys_are_listed_page_by_page(gateway):
    made = [created(gateway, owner="pages")["row"] for _ in range(5)]

    found, after = [], ""
    while True:
        _, page = gateway.admin(f"/admin/keys?owner=pages&limit=2{after}")
        found += [key["row"] for key in page["data"]]
        if not page["has_more"]:
            break
        after = f"&after={found[-1]}"
    assert sorted(found) == sorted(made)
    assert len(page["data"]) == 1


def test_a_rotated_key_has_another_secret_and_the_old_one_works_on_for_the_overlap(gateway):
    old = created(gateway)
    status, new = gateway.admin(f"/admin/keys/{old['id']}/rotate", "POST", {"overlap": 3600})

    assert status == 200
    assert (new["id"], new["row"]) == (old["id"], f"{old['id']}.2")
    assert status_of(gateway, old["secret"]) == status_of(gateway, new["secret"]) == 200


def test_without_an_overlap_the_old_secret_works_no_more(gateway):
    old = created(gateway)
    _, new = gateway.admin(f"/admin/keys/{old['id']}/rotate", "POST", {"overlap": 0})

    assert status_of(gateway, old["secret"]) == 401
    assert status_of(gateway, new["secret"]) == 200


def test_nothing_said_of_the_overlap_is_a_day(gateway):
    old = created(gateway)
    gateway.admin(f"/admin/keys/{old['id']}/rotate", "POST")

    _, listed = gateway.admin(f"/admin/keys?after={old['row']}&limit=1000")
    assert [each["row"] for each in listed["data"] if each["id"] == old["id"]] == [f"{old['id']}.2"]
    (row,) = [each for each in gateway.desk.listed("ana") if each.row == old["row"]]
    assert 86_000 < (row.expires - datetime.now(UTC)).total_seconds() <= 86_400


@pytest.mark.parametrize("overlap", [-1, 1e9, "1h"])
def test_an_overlap_that_is_none_is_refused(gateway, overlap):
    key = created(gateway)

    assert gateway.admin(f"/admin/keys/{key['id']}/rotate", "POST", {"overlap": overlap})[0] == 400


def test_a_revoked_key_works_no_more_and_cannot_be_rotated(gateway):
    key = created(gateway)
    status, told = gateway.admin(f"/admin/keys/{key['id']}", "DELETE")

    assert status == 200
    assert [each["state"] for each in told["data"]] == ["revoked"]
    assert status_of(gateway, key["secret"]) == 401
    assert gateway.admin(f"/admin/keys/{key['id']}/rotate", "POST")[0] == 400


@pytest.mark.parametrize(("path", "method"), [("/admin/keys/key_none", "DELETE"), ("/admin/keys/key_none/rotate", "POST")])  # fmt: skip
def test_a_key_that_nobody_made_is_not_found(gateway, path, method):
    status, told = gateway.admin(path, method)

    assert (status, told["error"]["code"]) == (404, "not_found")


def test_an_admins_key_opens_the_admin_api_until_it_is_revoked(gateway):
    key = created(gateway, role="admin")

    assert gateway.ask("/admin/keys", secret=key["secret"])[0] == 200
    gateway.ask(f"/admin/keys/{key['id']}", "DELETE", key["secret"])
    assert until(lambda: gateway.ask("/admin/keys", secret=key["secret"])[0] == 401)
