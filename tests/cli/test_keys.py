"""`dragoman keys`, as a user types it."""

import argparse
import json
from datetime import UTC, datetime, timedelta

import pytest

from dragoman.cli import keys
from dragoman.errors import ConfigurationError, InvalidRequestError
from dragoman.gateway.keys.desk import Desk
from dragoman.gateway.keys.secret import hash_of
from dragoman.gateway.store.database import Store


@pytest.fixture
def url(tmp_path):
    return f"sqlite:{tmp_path}/dragoman.db"


@pytest.fixture
def typed(url, capsys):
    """Type a command; what it wrote to stdout and to stderr."""

    def run(*words, store=True):
        root = argparse.ArgumentParser()
        keys.add(root.add_subparsers())
        arguments = root.parse_args(["keys", *words, *(["--store", url] if store else [])])
        assert arguments.run(arguments) == 0
        return capsys.readouterr()

    return run


def listed(typed):
    return [json.loads(line) for line in typed("list", "--format", "jsonl").out.splitlines()]


def find(url, secret):
    with Store(url) as store:
        return Desk(store).find(hash_of(secret.strip()))


def test_a_created_keys_secret_is_alone_on_stdout_and_works(typed, url):
    written = typed("create", "--owner", "ana")

    key = find(url, written.out)
    assert key.owner == "ana"
    assert f"{key.id} of ana; this is the only time its secret is shown" in written.err


def test_everything_may_be_said_of_a_key(typed, url):
    written = typed(
        "create", "--owner", "ana", "--role", "admin", "--models", "gpt-*, mistral-large", "--note", "demo",
        "--requests-per-minute", "60", "--tokens-per-minute", "90k", "--concurrent", "4",
        "--budget-day", "5usd", "--budget-day", "2M", "--budget-month", "$99.50", "--expires", "2099-01-01",
    )  # fmt: skip

    key = find(url, written.out)
    assert (key.role, key.models, key.note) == ("admin", ("gpt-*", "mistral-large"), "demo")
    assert key.expires == datetime(2099, 1, 1, tzinfo=UTC)
    limits = key.limits
    assert (limits.requests_per_minute, limits.tokens_per_minute, limits.concurrent) == (60, 90_000, 4)
    assert (limits.budget_day_microusd, limits.budget_day_tokens) == (5_000_000, 2_000_000)
    assert (limits.budget_month_microusd, limits.budget_month_tokens) == (99_500_000, None)


def test_keys_are_listed_without_their_secrets(typed):
    secret = typed("create", "--owner", "ana", "--models", "gpt-*", "--budget-day", "5usd").out.strip()
    typed("create", "--owner", "bob")

    heads, ana, bob = typed("list").out.splitlines()

    assert heads.split() == list(keys.COLUMNS)
    assert ana.split()[1:6] == [f"{secret[:10]}…", "ana", "caller", "active", "gpt-*"]
    assert "5.00 USD/day" in ana
    assert bob.split()[2:7] == ["bob", "caller", "active", "all", "none"]
    assert secret not in typed("list", "--format", "json").out


def test_a_list_may_be_of_one_owner_and_for_programs(typed):
    typed("create", "--owner", "ana")
    typed("create", "--owner", "bob")

    found = json.loads(typed("list", "--owner", "bob", "--format", "json").out)

    assert [(key["owner"], key["state"]) for key in found] == [("bob", "active")]


def test_a_key_is_rotated_and_its_old_secret_works_on_for_a_while(typed, url):
    old = typed("create", "--owner", "ana").out
    new = typed("rotate", old[:10], "--overlap", "2h").out

    first, second = find(url, old), find(url, new)
    assert first.id == second.id
    assert timedelta(hours=1, minutes=59) < first.expires - datetime.now(UTC) <= timedelta(hours=2)
    assert second.expires is None


def test_a_key_is_revoked(typed, url):
    secret = typed("create", "--owner", "ana").out
    key = find(url, secret)

    said = typed("revoke", key.id).err

    assert "works no more; gateways that run know within 5 seconds" in said
    assert [one["state"] for one in listed(typed)] == ["revoked"]


def test_the_configuration_says_where_the_keys_are(typed, tmp_path, url):
    config = tmp_path / "dragoman.toml"
    config.write_text(f'[store]\nurl = "{url}"\n')

    secret = typed("create", "--owner", "ana", "--config", str(config), store=False).out

    assert find(url, secret).owner == "ana"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["create", "--owner", ""], "an owner is a name"),
        (["create", "--owner", "ana", "--models", "a,,b"], "none of them is empty"),
        (["revoke", "key_nobody"], "there is no key 'key_nobody'"),
    ],
)
def test_what_cannot_be_is_refused(typed, words, said):
    typed("create", "--owner", "ana")

    with pytest.raises(InvalidRequestError, match=said):
        typed(*words)


@pytest.mark.parametrize(
    "words",
    [
        ["--requests-per-minute", "many"],
        ["--budget-day", "5eur"],
        ["--budget-day", "5usd", "--budget-day", "6usd"],
    ],
)
def test_what_is_no_amount_is_refused(typed, words):
    with pytest.raises(ConfigurationError, match=r"amount|budget"):
        typed("create", "--owner", "ana", *words)


def test_a_store_that_is_not_there_is_not_made_by_looking(typed, tmp_path):
    with pytest.raises(ConfigurationError):
        typed("list")

    assert not (tmp_path / "dragoman.db").exists()


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("45s", 45), ("30m", 1800), ("24h", 86_400), ("90d", 7_776_000), ("2w", 1_209_600)]
)
def test_lengths_of_time(text, seconds):
    assert keys.length(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "24", "-1h", "1y", "h", "36501d", "9" * 30 + "w"])
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError):
        keys.length(text)


def test_moments():
    assert keys.moment("2027-01-01") == datetime(2027, 1, 1, tzinfo=UTC)
    assert keys.moment("2027-01-01T12:00:00+02:00") == datetime(2027, 1, 1, 10, tzinfo=UTC)
    assert keys.moment("90d") > datetime.now(UTC) + timedelta(days=89)
    with pytest.raises(argparse.ArgumentTypeError, match="2027-01-01"):
        keys.moment("soon")
