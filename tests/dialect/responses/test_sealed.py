import base64

import pytest

from dragoman.dialect.responses.sealed import sealed, unsealed

THOUGHTS = [
    {"index": 0, "type": "thinking", "signature": "é", "characters": 3},
    {"index": 1, "type": "redacted_thinking", "data": "x"},
]


def test_thoughts_are_sealed_and_nothing_else():
    text = sealed([*THOUGHTS, {"index": 2, "type": "text", "characters": 5}])

    assert unsealed(text) == THOUGHTS
    assert sealed([{"type": "text"}]) is None
    assert sealed(None) is None


def written(raw):
    return "anthropic." + base64.urlsafe_b64encode(raw).decode()


@pytest.mark.parametrize(
    "text",
    [
        None,
        5,
        "gAAAAAB",
        "anthropic.",
        "anthropic.!",
        "anthropic.e30",
        "anthropic._w==",
        written(b"[" * 5000),
        written(b'[{"type":' + b'{"a":' * 500 + b"1" + b"}" * 501 + b"]"),
    ],
)
def test_what_was_not_sealed_here_is_anothers(text):
    assert not unsealed(text)
