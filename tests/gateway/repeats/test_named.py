"""What an `Idempotency-Key` says, and which requests are the same by it."""

import pytest

from dragoman.gateway.refusal import TurnedAwayError
from dragoman.gateway.repeats.named import key_in, name_of


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ([], None),
        ([(b"x-other", b"k")], None),
        ([(b"idempotency-key", b"8e03978e")], b"8e03978e"),
        ([(b"idempotency-key", b'"8e03978e"')], b"8e03978e"),
        ([(b"idempotency-key", b'  "a=b;c" ')], b"a=b;c"),
        ([(b"idempotency-key", b"k" * 255)], b"k" * 255),
    ],
)
def test_it_is_read_with_its_quotes_and_without(sent, said):
    assert key_in(sent) == said


@pytest.mark.parametrize(
    "value", [b"", b'""', b"k" * 256, b"two words", "é".encode(), b"a\x01", b" ", b'"open', b'a"b']
)
def test_what_cannot_be_one_is_refused(value):
    with pytest.raises(TurnedAwayError, match="1 to 255 printable characters of ASCII") as turned:
        key_in([(b"idempotency-key", value)])
    assert turned.value.refusal.status == 400


def test_two_of_them_are_refused():
    with pytest.raises(TurnedAwayError, match="is sent once"):
        key_in([(b"idempotency-key", b"a"), (b"idempotency-key", b"a")])


def test_nobody_has_the_requests_of_another_key_nor_of_another_path():
    names = {
        name_of(who, path, key) for who in ("", "key_1") for path in ("/v1/messages", "/v1/x") for key in (b"a", b"b")
    }
    assert len(names) == 8
    assert name_of("", "/v1/x", b"a") in names
