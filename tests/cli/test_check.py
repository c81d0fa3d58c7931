"""`dragoman check`: what it prints, what it counts, how it ends; and what it finds of our own engine and gateway."""

import json
import sys

import pytest

from dragoman.cli import main
from dragoman.cli.check import show
from dragoman.probe.finding import Finding
from faulty_vendor import KEY, Vendor
from serving import Served

BROKEN = Finding(name="sum", subject="usage", verdict="broken", evidence="1 + 1 is not \x1b[2J3", request_id="r")
"""A server's words, which would clear the screen."""


@pytest.fixture(scope="module")
def gateway():
    """A gateway in front of the model on this machine."""
    with Served() as served:
        yield served


def check(capsys, *words):
    """The exit code, and what was printed."""
    code = main(["check", *words])
    return code, capsys.readouterr().out


def findings(capsys, *words):
    """The exit code, and the verdicts by name."""
    code, out = check(capsys, *words, "--json")
    return code, {found["name"]: found["verdict"] for found in json.loads(out)["findings"]}


OF_THE_ENGINE = ["max_tokens", "stop", "n", "logprobs", "top_logprobs", "logit_bias", "seed", "json_schema"]
OF_THE_ENGINE += [
    "tool_choice.named",
    "tool_choice.none",
    "functions",
    "developer",
    "unknown",
    "nulls",
    "same-streamed",
]
OF_BOTH = ["models", "errors", "content-type", "framing", "role", "finish", "done", "identity", "text", "include_usage"]
OF_THE_GATEWAY = ["user", "usage", "sum", "large-body", "concurrency", "leaving"]

BY_DESIGN = {"wrong-key": "unclear", "unknown-model": "ignored"}
"""Nobody asks for a key, and any name for a model will do."""


def test_the_engine_is_held_to_it(capsys):
    code, found = findings(capsys, "local", "--only", *OF_THE_ENGINE, *OF_BOTH)

    assert {name: verdict for name, verdict in found.items() if verdict != "honoured"} == BY_DESIGN
    assert code == 0


def test_the_gateway_is_held_to_it(capsys, gateway):
    code, found = findings(capsys, gateway.url, "--only", *OF_BOTH, *OF_THE_GATEWAY)

    # Whether a server is kept busy at all depends on how busy this machine is.
    assert found.pop("leaving") in {"honoured", "unclear"}
    assert {name: verdict for name, verdict in found.items() if verdict != "honoured"} == BY_DESIGN
    assert code == 0


def test_findings_stand_under_their_subject_and_are_counted_at_the_end(capsys):
    with Vendor("no-seed", "wrong-sum") as vendor:
        code, out = check(capsys, vendor.url, "--only", "seed", "max_tokens", "sum")

    lines = out.splitlines()
    assert code == 1
    assert lines[:4] == [
        "model m",
        "",
        "parameters",
        "  max_tokens             honoured  8 tokens, finish_reason length  (req_1)",
    ]
    assert lines[4].startswith('  seed                   ignored   seed 7 gave "')
    assert lines[5:8] == ["", "usage", "  sum                    broken    13 + 12 is not 32  (req_1)"]
    assert lines[-1].startswith("1 honoured, 1 ignored, 0 refused, 1 broken, 0 unclear; 6 requests, ")
    assert " of 30000 tokens, " in lines[-1]


def test_json_is_one_object_and_nothing_else(capsys):
    with Vendor() as vendor:
        code, out = check(capsys, vendor.url, "--json", "--only", "models", "--budget", "500")

    told = json.loads(out)
    assert code == 0
    assert (told["url"], told["model"], told["tokens"]["budget"]) == (vendor.url, "m", 500)
    assert [found["name"] for found in told["findings"]] == ["models", "model"]


def test_tokens_that_were_estimated_are_said_to_be(capsys):
    with Vendor("no-usage") as vendor:
        _, out = check(capsys, vendor.url, "--only", "models")

    assert "of them estimated" in out.splitlines()[-1]


def test_the_key_is_read_from_where_it_is_said_to_be(capsys, monkeypatch):
    monkeypatch.setenv("OURS", KEY)
    with Vendor(keyed=True) as vendor:
        code, out = check(capsys, vendor.url, "--api-key", "env:OURS", "--only", "wrong-key")

    assert code == 0
    assert "honoured  401 invalid_api_key" in out
    assert KEY not in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "sede"], "there is no check and no subject 'sede'"),
        (["--api-key", "sk-mine"], "--api-key takes the place of the key, such as env:OPENAI_API_KEY, never the key"),
        (["--api-key", "env:NOT_THERE"], "the variable NOT_THERE is not set"),
        (["--model", "m"], "nothing answers at http://127.0.0.1:9/v1"),
    ],
)
def test_what_cannot_be_done_is_told(capsys, words, said):
    code = main(["check", "http://127.0.0.1:9/v1", *words])

    assert code == 2
    assert said in capsys.readouterr().err


def test_another_api_cannot_be_checked(capsys):
    assert main(["check", "https://api.anthropic.com/v1"]) == 2
    assert "speaks the Messages API" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["--budget", "0"], ["--budget", "many"], ["--timeout", "0"], ["--timeout", "inf"], ["--timeout", "long"]]
)
def test_a_number_that_is_none_is_told(capsys, words):
    with pytest.raises(SystemExit) as left:
        main(["check", "http://127.0.0.1:9/v1", *words])

    assert left.value.code == 2
    assert "not " in capsys.readouterr().err


def test_only_what_is_broken_is_red_and_only_on_a_terminal(capsys, monkeypatch):
    show(BROKEN)
    assert capsys.readouterr().out == "  sum                    broken    1 + 1 is not \x1b[2J3  (r)\n"

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    show(BROKEN)
    shown = capsys.readouterr().out
    assert (
        shown == "  sum                    \x1b[31mbroken  \x1b[0m  1 + 1 is not \N{REPLACEMENT CHARACTER}[2J3  (r)\n"
    )
