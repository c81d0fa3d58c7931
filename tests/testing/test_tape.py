"""The file of a cassette: one line for each thing that happened, written whole or not at all."""

import json
from base64 import b64decode

import pytest

from dragoman.testing.play import Break, Pause
from dragoman.testing.redact import Redaction
from dragoman.testing.tape import CassetteError, Exchange, Head, Lost, read, told, write

NOTHING = Redaction([])
HEAD = Head(0.4, 200, {"content-type": "text/event-stream"})


def exchange(*pieces, end="whole", head=HEAD, body=b'{"model":"m"}'):
    return Exchange(told("POST", "/v1/x", body), head, list(pieces), end, 1.5)


def test_the_file_reads_as_what_happened(tmp_path):
    path = tmp_path / "new" / "folder" / "a.jsonl"

    write(path, [exchange((0.5, b"data: a\n\n"), (0.75, b"\xff\xfe"))], NOTHING)

    assert path.read_text() == (
        '{"dragoman cassette":1}\n'
        '{"request":{"method":"POST","target":"/v1/x","json":{"model":"m"}}}\n'
        '{"answer":{"at":0.4,"status":200,"headers":{"content-type":"text/event-stream"}}}\n'
        '{"at":0.5,"text":"data: a\\n\\n"}\n'
        '{"at":0.75,"base64":"//4="}\n'
        '{"at":1.5,"end":"whole"}\n'
    )


@pytest.mark.parametrize(
    "one",
    [
        exchange((0.5, b"a"), (0.75, b"\xff")),
        exchange((0.5, "é\r\n\u2028".encode()), end="left"),
        exchange(end=Lost("cut", "gone")),
        exchange(head=None, end=Lost("connect", "refused")),
        exchange(body=b""),
        exchange(body=b"no JSON"),
        exchange(body=b"\xff"),
        exchange(body=b"null"),
    ],
)
def test_what_is_written_is_read_again(tmp_path, one):
    path = tmp_path / "a.jsonl"

    write(path, [one, exchange()], NOTHING)

    assert read(path) == [one, exchange()]


def test_secrets_are_masked_in_every_line(tmp_path):
    path = tmp_path / "a.jsonl"
    secret = "planted-secret"  # noqa: S105 - what is looked for
    head = Head(0.1, 200, {"x-echo": f"{secret} here"})
    body = json.dumps({"user": secret}).encode()
    lost = Lost("cut", f"gone with {secret}")

    write(path, [exchange((0.5, b"plan"), (0.6, b"ted-secret"), head=head, body=body, end=lost)], Redaction([secret]))

    assert "planted" not in path.read_text()
    assert path.read_text().count("[credential]") == 4


def test_a_secret_in_a_body_that_is_no_text_is_masked_too(tmp_path):
    path = tmp_path / "a.jsonl"

    write(path, [exchange((0.1, b"\xffplanted-secret"), body=b"\xffplanted-secret")], Redaction(["planted-secret"]))

    (kept,) = read(path)
    assert b64decode(kept.told.base64) == kept.pieces[0][1] == b"\xff[credential]"


def test_a_stream_that_spells_a_secret_out_is_not_written(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("before")
    pieces = [
        b'data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n' % part for part in (b"plan", b"ted-secret")
    ]

    with pytest.raises(CassetteError, match="spells a credential out"):
        write(path, [exchange((0.1, pieces[0]), (0.2, pieces[1]))], Redaction(["planted-secret"]))

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    path = tmp_path / "a.jsonl"
    path.mkdir()

    with pytest.raises(OSError, match="directory"):
        write(path, [exchange()], NOTHING)

    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty: record it again"),
        ("{}\n", "is no cassette: its first line does not say so"),
        ("hello\n", "is no cassette"),
        ('{"dragoman cassette":2}\n', "is a cassette of version 2, and this dragoman reads version 1"),
        ('{"dragoman cassette":1}\n{"unknown":1}\n', "line 2 of .* cannot be read"),
        ('{"dragoman cassette":1}\n{"at":1,"text":"a"}\n', "line 2 of .* cannot be read"),
        ('{"dragoman cassette":1}\n{"request":{"method":"GET","target":"/"}}\n{"at":1,"base64":"a"}\n', "line 3 of"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, text, says):
    path = tmp_path / "a.jsonl"
    path.write_text(text)

    with pytest.raises(CassetteError, match=says):
        read(path)


def test_a_file_that_is_not_there_says_how_to_make_it(tmp_path):
    with pytest.raises(CassetteError, match=r"there is no recording at .*: make one with mode='record'"):
        read(tmp_path / "a.jsonl")


def test_an_exchange_plays_at_once_or_at_its_own_pace():
    one = exchange((0.5, b"a"), (0.75, b"b"))

    assert one.played(timed=False).body == (b"a", b"b")
    timed = one.played(timed=True)
    assert timed.before == (Pause(0.4),)
    assert [step if isinstance(step, bytes) else round(step.seconds, 3) for step in timed.body] == [
        0.1,
        b"a",
        0.25,
        b"b",
    ]
    assert timed.status == 200
    assert timed.headers == (("content-type", "text/event-stream"),)


def test_a_fault_that_was_recorded_is_played():
    assert exchange(end=Lost("cut", "gone")).played(timed=False).body == (Break("cut", "gone"),)
    refused = exchange(head=None, end=Lost("connect", "refused"))
    assert refused.played(timed=False).before == (Break("connect", "refused"),)
    assert refused.played(timed=True).before == (Pause(1.5), Break("connect", "refused"))


def test_where_the_program_read_no_further_the_recording_says_so():
    (last,) = exchange(end="left").played(timed=False).body

    assert "the recording ends here" in last.detail
