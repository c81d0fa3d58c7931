"""`dragoman usage`, as a user runs it: sums in four forms, requests in two, and sentences where something is missing."""

import argparse
import csv
import io
import json
import sys
from datetime import timedelta

import pytest

from dragoman.cli import usage
from dragoman.errors import ConfigurationError, InvalidRequestError
from dragoman.gateway.store.database import Store
from entries import NOON, closed


def run(*words):
    root = argparse.ArgumentParser()
    usage.add(root.add_subparsers())
    arguments = root.parse_args(["usage", *words])
    return arguments.run(arguments)


@pytest.fixture
def url(tmp_path):
    """A store with three requests."""
    url = f"sqlite:{tmp_path}/dragoman.db"
    with Store(url) as store:
        store.migrate()
        store.put([
            closed(1, cost=1_500_000, first_token_s=0.25),
            closed(2, key="k2", owner="=cmd()", cost=None, first_token_s=None, changed=("dropped seed",)),
            closed(3, at=NOON + timedelta(days=1)),
        ])  # fmt: skip
    return url


def test_a_table_is_aligned_and_says_what_it_does_not_know(url, capsys):
    assert run("--store", url, "--by", "key") == 0

    assert capsys.readouterr().out.splitlines() == [
        "key  requests  prompt_tokens  completion_tokens  cached_tokens  reasoning_tokens  inexact  cost_usd  unpriced  cache_hits  saved_tokens  first_token_p50  first_token_p95",
        "k1          2             10                 14              -                 -        0  1.500120         0           0             0            0.250            0.250",
        "k2          1              5                  7              -                 -        0         -         1           0             0                -                -",
    ]


def test_a_name_that_a_caller_made_up_is_one_cell_of_one_row(tmp_path, capsys):
    url = f"sqlite:{tmp_path}/dragoman.db"
    with Store(url) as store:
        store.migrate()
        store.put([closed(1, served=None, asked="m\n\x1b[2Jtotal  0\u202e")])

    assert run("--store", url) == 0

    assert [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()] == ["model", "m��[2Jtotal"]


def test_a_time_beyond_all_calendars_is_refused(url, capsys):
    with pytest.raises(SystemExit):
        run("--store", url, "--since", "0001-01-01T00:00:00+14:00")

    assert "a time is 2026-11-01" in capsys.readouterr().err


def test_json_and_jsonl_say_the_same(url, capsys):
    run("--store", url, "--by", "key,day", "--format", "json")
    found = json.loads(capsys.readouterr().out)
    run("--store", url, "--by", "key, day", "--format", "jsonl")

    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == found
    assert [(row["key"], row["day"], row["cost_microusd"]) for row in found] == [
        ("k1", "2026-11-21", 1_500_000),
        ("k1", "2026-11-22", 120),
        ("k2", "2026-11-21", None),
    ]


def test_csv_of_the_requests_is_for_spreadsheets_and_starts_no_formula(url, capsys):
    run("--store", url, "--requests")
    found = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

    assert [row["id"] for row in found] == ["req_1", "req_2", "req_3"]
    assert found[0]["at"] == "2026-11-21T12:00:01+00:00"
    assert (found[1]["owner"], found[1]["cost"], found[1]["changed"]) == ("'=cmd()", "", '["dropped seed"]')


@pytest.mark.parametrize("words", [["--requests"], ["--requests", "--format", "jsonl"], ["--format", "json"]])
def test_no_name_commands_a_terminal_in_any_form(tmp_path, capsys, monkeypatch, words):
    url = f"sqlite:{tmp_path}/dragoman.db"
    with Store(url) as store:
        store.migrate()
        store.put([closed(1, served=None, asked="m\x1b[2J\x9b2J")])
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    run("--store", url, *words)

    assert not {"\x1b", "\x9b"} & set(capsys.readouterr().out)


def test_jsonl_of_the_requests_is_what_the_ledger_holds(url, capsys):
    run("--store", url, "--requests", "--format", "jsonl", "--since", "2026-11-22")

    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (row["id"], row["cost"], row["stream"]) == ("req_3", 120, True)


@pytest.mark.parametrize(
    ("words", "requests"),
    [
        (["--since", "2026-11-22"], 1),
        (["--until", "2026-11-22T00:00:00+02:00"], 2),
        (["--since", "2026-11-21T12:00:01Z", "--until", "2026-11-21T12:00:02Z"], 1),
        (["--key", "k2"], 1),
        (["--owner", "ana"], 2),
        (["--model", "gpt-x-2026"], 3),
    ],
)
def test_only_those_that_are_meant_are_added_up(url, capsys, words, requests):
    run("--store", url, "--by", "", "--format", "json", *words)

    assert json.loads(capsys.readouterr().out)[0]["requests"] == requests


@pytest.mark.parametrize("line", ['url = "{}"', 'url = "env:LEDGER"'])
def test_the_store_is_the_configurations(url, tmp_path, monkeypatch, capsys, line):
    monkeypatch.setenv("LEDGER", url)
    (tmp_path / "dragoman.toml").write_text("[store]\n" + line.format(url))
    monkeypatch.chdir(tmp_path)

    assert run("--by", ",", "--format", "jsonl") == 0
    assert json.loads(capsys.readouterr().out)["requests"] == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "dragoman.toml: no such file"),
        ("[store", "dragoman.toml:1: "),
        ("", "names no store"),
        ("store = 1", "dragoman.toml:1: "),
        ('[store]\nurl = "env:LEDGER"', "variable LEDGER is not set"),
        ('[store]\nurl = "mysql://host/db"', "sqlite:PATH"),
        ('[store]\nurl = "sqlite:missing.db"', "there is no store missing.db"),
    ],
)
def test_what_is_missing_is_said(tmp_path, monkeypatch, text, said):
    monkeypatch.chdir(tmp_path)
    if text is not None:
        (tmp_path / "dragoman.toml").write_text(text)

    with pytest.raises(ConfigurationError, match=said):
        run()
    assert not (tmp_path / "missing.db").exists()


@pytest.mark.parametrize("form", ["table", "json"])
def test_requests_are_not_gathered_in_memory(form):
    with pytest.raises(InvalidRequestError, match="csv or jsonl"):
        run("--requests", "--format", form, "--store", "sqlite:x")


def test_requests_one_by_one_are_added_up_by_nothing():
    with pytest.raises(InvalidRequestError, match="--requests writes each request, and --by adds them up: choose"):
        run("--requests", "--by", "key", "--store", "sqlite:x")


def test_a_grouping_that_is_none_is_refused(url):
    with pytest.raises(InvalidRequestError, match="not by 'colour'"):
        run("--store", url, "--by", "key,colour")


def test_a_time_that_is_none_is_refused(capsys):
    with pytest.raises(SystemExit):
        run("--since", "yesterday")

    assert "a time is 2026-11-01 or 2026-11-01T12:00:00Z, not 'yesterday'" in capsys.readouterr().err
