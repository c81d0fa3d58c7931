"""What counts as a credential, and that no form of it stays."""

import json

import pytest

from dragoman.testing.redact import (
    Redaction,
    credentials_around,
    credentials_in,
    masked_headers,
)

SECRET = 'sk-planted/é"key'  # noqa: S105 - what is looked for


def test_of_a_masked_header_the_scheme_stays():
    shown = masked_headers([("Authorization", "Bearer sk-1"), ("api-key", "a b"), ("Accept", "x/y")])

    assert shown == {"authorization": "Bearer [credential]", "api-key": "[credential]", "accept": "x/y"}


def test_the_credentials_of_a_request_are_found_in_every_place():
    found = credentials_in(
        "https://me:pass@a.test/?api_key=in-query&limit=3",
        [("authorization", "Bearer in-header"), ("cookie", "a=first; b=second"), ("accept", "x")],
    )

    assert found >= {"me", "pass", "in-query", "in-header", "first", "second"}
    assert not found & {"3", "x"}


def test_the_environments_credentials_are_known_by_their_names():
    environment = {"OPENAI_API_KEY": "a", "HF_TOKEN": "b", "DB_PASSWORD": "c", "KEYBOARD": "d", "HOME": "e"}

    assert credentials_around(environment) == {"a", "b", "c"}
    assert credentials_around({"TOKEN_LIMIT": "100000000", "SOME_KEY": ""}) == set()


def test_json_stays_json():
    redaction = Redaction(["12345678"])

    assert redaction.value({"12345678": [12345678, "pin 12345678", None]}) == {
        "[credential]": [12345678, "pin [credential]", None]
    }


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        "sk-planted/%C3%A9%22key",
        "sk-planted%2F%C3%A9%22key",
    ],
)
def test_every_form_of_a_secret_is_masked(written):
    masked = Redaction([SECRET]).text(f"before {written} after")

    assert "planted" not in masked
    assert "[credential]" in masked


def test_a_short_value_is_not_looked_for_in_texts():
    assert Redaction(["x", ""]).text("an example") == "an example"


def test_a_secret_that_contains_another_goes_whole():
    assert Redaction(["longsecret", "longsecret-more"]).text("longsecret-more") == "[credential]"


def test_pieces_that_share_a_secret_become_one():
    redaction = Redaction(["planted-secret"])

    pieces = [(0.1, b"a plan"), (0.2, b"ted-"), (0.3, b"secret b"), (0.4, b"c")]

    assert redaction.pieces(pieces) == [(0.3, b"a [credential] b"), (0.4, b"c")]


def test_pieces_without_a_secret_stay_as_they_came():
    pieces = [(0.1, b"a"), (0.2, b"b")]

    assert Redaction(["planted-secret"]).pieces(pieces) == pieces
    assert Redaction([]).pieces(pieces) == pieces


def spelt(*contents):
    deltas = ({"choices": [{"index": 0, "delta": {"content": text}}]} for text in contents)
    return b"".join(b"data: %s\n\n" % json.dumps(delta).encode() for delta in deltas) + b"data: [DONE]\n\n"


def test_a_stream_that_spells_a_secret_out_is_noticed():
    redaction = Redaction(["planted-secret"])

    assert redaction.spells_out(spelt("it is plan", "ted-", "secret"))
    assert not redaction.spells_out(spelt("it is plan", "ned"))
    assert not redaction.spells_out(b"data: no chunk\n\n")
    assert not Redaction([]).spells_out(spelt("planted-secret"))
