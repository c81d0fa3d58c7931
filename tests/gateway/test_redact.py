"""What looks like a credential is taken out of a text, and nothing else is."""

import json

import pytest

from dragoman.gateway.redact import CUT, RULES, TEXT_BOUND, clean, redacted
from dragoman.secret import MASK

# In pieces: these are no credentials, and are not to look like some to whoever scans the repository.
CREDENTIALS = {
    "a private key in PEM": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE\n-----END RSA " + "PRIVATE KEY-----",
    "keys of this gateway, OpenAI, Anthropic, Groq, Hugging Face": "sk-" + "ant-api03-" + "a1B2" * 8,
    "keys of GitHub, GitLab, Slack, npm, PyPI": "gh" + "p_" + "a1B2c3D4" * 4,
    "access keys of AWS and Google": "AKIA" + "ABCDEFGHIJKLMNOP",
    "a JSON web token": "eyJ" + "hbGciOiJI." + "eyJzdWIiOiIx." + "c2lnbmF0dXJl",
    "the value of an Authorization header": "Authorization: Bearer " + "abcdefgh12345678",
    "a password in an address": "postgresql://ana:" + "hunter2@host/db",
    "what is assigned to a telling name, in JSON within JSON as well": "password" + "=correct-horse",
}


def test_there_is_an_example_of_every_rule():
    assert set(CREDENTIALS) == {name for name, _ in RULES}


@pytest.mark.parametrize("text", CREDENTIALS.values(), ids=CREDENTIALS)
@pytest.mark.parametrize("form", ["{}", "see {} there", "({})", '"{}"'])
def test_a_credential_is_masked_wherever_it_stands(text, form):
    shown = redacted(form.format(text))

    assert MASK in shown
    assert not any(part in shown for part in ("MIIE", "a1B2", "ABCDEFGH", "hbGci", "12345678", "hunter2", "horse"))


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_credential_in_json_within_json_is_masked(depth):
    text = {"api_key": "correct-horse"}
    for _ in range(depth):
        text = {"arguments": json.dumps(text)}

    assert "horse" not in redacted(json.dumps(text))


def test_what_it_was_for_stays():
    assert redacted("Bearer " + "abcdefgh12345678") == f"Bearer {MASK}"
    assert redacted("https://ana:" + "hunter2@host/x") == f"https://ana:{MASK}@host/x"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Who is the best French painter?",
        "the token is short",
        "https://host:8000/v1?a=b",
        "ask-me-anything",
        "user@example.org",
        "11:54",
    ],
)
def test_other_texts_stay_as_they_are(text):
    assert redacted(text) == text


def test_a_long_text_is_cut_and_a_credential_at_the_cut_is_masked():
    text = "x" * (TEXT_BOUND - 40) + " sk-" + "a1B2" * 100 + " y" * TEXT_BOUND

    shown = redacted(text)
    assert len(shown) == TEXT_BOUND + len(CUT)
    assert "a1B2" not in shown
    assert shown.endswith(CUT)


def test_a_private_key_without_an_end_is_masked_to_the_texts_end():
    assert redacted("-----BEGIN " + "PRIVATE KEY-----\nMIIE") == MASK


def test_what_no_store_takes_is_replaced():
    assert clean("a\0b\ud800c\né") == "a\N{REPLACEMENT CHARACTER}b?c\né"
