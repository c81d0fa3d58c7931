"""A line of the journal: what goes in comes out, and what is no line says so."""

import json

import pytest

from dragoman.gateway.record import BIGGEST, Texts, decode, encode, killed
from entries import NOON, attempt, closed, opened


@pytest.mark.parametrize(
    "line",
    [
        opened(),
        opened(stream=True, key="k", owner="ana", prompt_tokens=0),
        closed(),
        closed(
            status=None, served=None, total_s=None, attempts=(attempt(cost=0), attempt()), changed=("dropped seed",)
        ),
        closed(asked='名前 \u2028 \r\n " \\ \x1f', prompt_tokens=BIGGEST),
        Texts("e1", NOON, "[]", "yes\nno"),
    ],
)
def test_a_line_is_one_line_and_is_read_as_it_was(line):
    assert b"\n" not in encode(line)
    assert decode(encode(line)) == line


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"{}",
        b'{"open":"e1","request":"r"',
        b'{"open":1}',
        b'{"texts":"e1"}',
        encode(closed())[:-1],
        encode(closed()).replace(b"gpt-x", b"\xff\xfe"),
        encode(opened(owner="x")).replace(b'"x"', b'"\xed\xa0\x80"'),
        encode(closed()).replace(b'"prompt_tokens":5', b'"prompt_tokens":9223372036854775808'),
        encode(closed()).replace(b'"prompt_tokens":5', b'"prompt_tokens":-1'),
    ],
)
def test_what_is_no_line_says_so(line):
    with pytest.raises(ValueError, match=r"."):
        decode(line)


def test_a_later_versions_fields_are_left_out():
    line = json.loads(encode(closed())) | {"new": 1}

    assert decode(json.dumps(line).encode()) == closed()


def test_one_that_was_killed_keeps_what_was_known_of_it():
    end = killed(opened(key="k1", owner="ana", prompt_tokens=12, stream=True))

    assert (end.id, end.entry, end.key, end.owner, end.asked) == ("req_1", "e000001", "k1", "ana", "gpt-x")
    assert (end.end_reason, end.status, end.prompt_tokens, end.completion_tokens) == ("killed", None, 12, None)
    assert end.tokens_from == "estimated"
    assert killed(opened()).tokens_from == "none"
