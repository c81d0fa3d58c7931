"""The event-stream rules of the HTML standard, however a stream is cut: shared cases, and any bytes at all."""

import itertools
import json
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.sse import DONE, Decoder, Event, EventTooLarge, comment, encode, is_done

CASES = Path(__file__).parent.parent / "spec" / "sse"


def read(*pieces, bound=1 << 20):
    """What a decoder makes of a stream: events, whether it broke off, and the reconnection time."""
    decoder = Decoder(bound)
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return [(event.text, event.event, event.id) for event in events], decoder.unfinished, decoder.retry


def pieces_of(data, *cuts):
    bounds = [0, *sorted(cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(bounds)]


class Standard:
    """§9.2.6 as it is written, one character after the other: slow, plain, and not ours to speed up."""

    def __init__(self, raw):
        text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        self.events, self.retry = [], None
        self.data = self.type = self.last_id = ""
        line, after_cr = "", False
        for character in text:
            if character == "\n" and after_cr:
                after_cr = False
                continue
            after_cr = character == "\r"
            if character in "\r\n":
                self.process(line)
                line = ""
            else:
                line += character
        self.unfinished = bool(line or self.data or self.type)

    def process(self, line):
        if line == "":
            self.dispatch()
        elif line[0] == ":":
            pass
        elif ":" in line:
            name, value = line.split(":", 1)
            self.field(name, value[1:] if value[:1] == " " else value)
        else:
            self.field(line, "")

    def field(self, name, value):
        if name == "event":
            self.type = value
        elif name == "data":
            self.data += value + "\n"
        elif name == "id" and "\0" not in value:
            self.last_id = value
        elif name == "retry" and value and set(value) <= set("0123456789"):
            self.retry = int(value)

    def dispatch(self):
        if self.data:
            self.events.append((self.data.removesuffix("\n"), self.type or "message", self.last_id))
        self.data = self.type = ""


EACH_CASE = [
    pytest.param(file.read_bytes(), json.loads(file.with_suffix(".json").read_text()), id=file.stem)
    for file in sorted(CASES.glob("*.sse"))
]


def meant(case):
    events = [(event["data"], event.get("event", "message"), event.get("id", "")) for event in case["events"]]
    return events, case.get("unfinished", False), case.get("retry")


@pytest.mark.parametrize(("raw", "case"), EACH_CASE)
def test_a_stream_means_the_same_whole_byte_by_byte_and_cut_at_any_place(raw, case):
    assert read(raw) == meant(case)
    assert read(*(raw[place : place + 1] for place in range(len(raw)))) == meant(case)
    for cut in range(len(raw) + 1):
        assert read(*pieces_of(raw, cut)) == meant(case), raw[:cut]


@pytest.mark.parametrize(("raw", "case"), EACH_CASE)
def test_the_cases_are_what_the_standard_says(raw, case):
    standard = Standard(raw)

    assert (standard.events, standard.unfinished, standard.retry) == meant(case)


@pytest.mark.parametrize(("raw", "case"), EACH_CASE)
def test_a_case_may_stand_in_the_middle_of_a_stream(raw, case):
    before = b"data: before\n\n"

    events = read(before, raw.removeprefix(b"\xef\xbb\xbf"))[0]

    assert events == [("before", "message", ""), *meant(case)[0]]


def test_every_case_says_why_it_is_there():
    files = {file.stem for file in CASES.glob("*.sse")}

    assert files == {file.stem for file in CASES.glob("*.json")}
    for stem in files:
        assert json.loads((CASES / f"{stem}.json").read_text())["why"].endswith(".")


WORDS = [
    b"data",
    b"event",
    b"id",
    b"retry",
    b"x",
    b":",
    b" ",
    b": ",
    b"7",
    b"\0",
    b"\xff",
    "é".encode(),
    b"\xef\xbb\xbf",
]
ENDS = [b"\n", b"\r", b"\r\n", b"\n\n"]
PLAIN = [b"data: x\n\n", b"data: {}\n\n", b"data: y\r\n\r\n", b": hi\n\n"]
streams = st.lists(st.sampled_from(WORDS + ENDS * 2 + PLAIN), max_size=40).map(b"".join) | st.binary(max_size=60)


@given(streams, st.data())
def test_any_bytes_in_any_cut_are_what_the_standard_makes_of_them(raw, draw):
    cuts = draw.draw(st.lists(st.integers(0, len(raw)), max_size=6))
    standard = Standard(raw)

    assert read(*pieces_of(raw, *cuts)) == (standard.events, standard.unfinished, standard.retry)


lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"))


@given(st.lists(st.tuples(st.binary(), lines.filter(bool), lines.filter(lambda text: "\0" not in text))), st.data())
def test_what_is_encoded_is_decoded_again(events, draw):
    sent = b"".join(encode(data, event, id=name) for data, event, name in events)
    cuts = draw.draw(st.lists(st.integers(0, len(sent)), max_size=4))
    decoder = Decoder()

    received = [event for piece in pieces_of(sent, *cuts) for event in decoder.feed(piece)]

    assert received == [Event(re.sub(rb"\r\n?", b"\n", data), event, name) for data, event, name in events]
    assert not decoder.unfinished


def test_data_stays_bytes_and_becomes_text_when_asked():
    (event,) = Decoder().feed(b"data: caf\xc3\xa9 \xff\n\n")

    assert event == Event(b"caf\xc3\xa9 \xff")
    assert event.text == "café \ufffd"


def test_a_message_is_one_line():
    assert encode(b'{"a":1}') == b'data: {"a":1}\n\n'


def test_several_lines_become_several_data_lines():
    assert encode(b"a\nb\r\nc\r", "note", id="7") == b"event: note\nid: 7\ndata: a\ndata: b\ndata: c\ndata: \n\n"


@pytest.mark.parametrize("breaks", ["a\nb", "a\rb", "a\r\ndata: forged"])
def test_a_line_break_cannot_be_smuggled_into_a_type_or_an_id(breaks):
    with pytest.raises(ValueError, match="an event's type holds no line break"):
        encode(b"x", breaks)
    with pytest.raises(ValueError, match="an event's id holds no line break and no NUL"):
        encode(b"x", id=breaks)


def test_an_id_with_a_nul_would_be_ignored_so_it_is_refused():
    with pytest.raises(ValueError, match="no NUL"):
        encode(b"x", id="a\0b")


def test_a_comment_is_no_event_whatever_is_in_it():
    assert comment("keep-alive") == b": keep-alive\n\n"
    assert read(comment("a\ndata: forged\r\n\r\n"), b"data: x\n\n")[0] == [("x", "message", "")]


@pytest.mark.parametrize("data", [b"[DONE]", b" [DONE]", b"[DONE] ", b"\t[DONE]\n"])
def test_done_may_have_blanks_around_it(data):
    assert is_done(data)


@pytest.mark.parametrize("data", [b"", b"[DONE", b"DONE", b'"[DONE]"', b"[DONE] {}"])
def test_done_is_nothing_else(data):
    assert not is_done(data)


def test_done_as_it_is_sent_is_done_as_it_is_read():
    (event,) = Decoder().feed(DONE)

    assert is_done(event.data)


def raises(*pieces, bound):
    try:
        read(*pieces, bound=bound)
    except EventTooLarge:
        return True
    return False


@pytest.mark.parametrize(
    ("raw", "large"),
    [
        (b"data: " + b"x" * 94 + b"\n\n", False),
        (b"data: " + b"x" * 95 + b"\n\n", True),
        (b"data: " + b"x" * 95, True),
        ((b"data: " + b"x" * 44 + b"\n") * 2 + b"\n", False),
        ((b"data: " + b"x" * 44 + b"\n") * 3 + b"\n", True),
        (b"data: y\n\n" * 50 + b"data: " + b"x" * 95 + b"\n\n", True),
        (b"data: y\n\n" * 50, False),
        (b": a comment\n" * 50 + b"data: y\n\n", False),
        (b"event: " + b"x" * 95 + b"\n", True),
        (b"data\n" * 26, True),
        (b"data: " + b"x" * 44 + b"\n" + b"data: " + b"y" * 45, True),
        (b"data: " + b"x" * 44 + b"\n" + b"data: " + b"y" * 44, False),
    ],
)
def test_an_event_has_a_bound_and_a_stream_has_none(raw, large):
    assert raises(raw, bound=100) is large
    assert raises(*(raw[place : place + 1] for place in range(len(raw))), bound=100) is large


@given(streams, st.data())
def test_whether_an_event_is_too_large_does_not_depend_on_the_cut(raw, draw):
    cuts = draw.draw(st.lists(st.integers(0, len(raw)), max_size=6))

    assert raises(*pieces_of(raw, *cuts), bound=12) == raises(raw, bound=12)


def test_the_error_says_the_bound():
    with pytest.raises(EventTooLarge, match="one event is larger than 10 bytes"):
        Decoder(bound=10).feed(b"data: " + b"x" * 20)


def test_a_reconnection_time_of_ten_thousand_digits_is_no_time():
    assert read(b"retry: " + b"9" * 10_000 + b"\ndata: x\n\n") == ([("x", "message", "")], False, None)


def bytes_searched(pieces):
    """How many bytes the decoder's calls of bytes methods looked at, all calls together."""
    total = 0

    def count(_frame, happens, function):
        nonlocal total
        looked_at = getattr(function, "__self__", None)
        if happens == "c_call" and isinstance(looked_at, bytes):
            total += len(looked_at)

    decoder = Decoder()
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        events = [event for piece in pieces for event in decoder.feed(piece)]
    finally:
        sys.setprofile(before)
    return total, events


@pytest.mark.parametrize(
    "raw",
    [
        b"data: " + b"x" * 1_000_000 + b"\n\n",
        b"data: x\n" * 100_000 + b"\n",
        b"data: " + b"x" * 500_000 + b"\n" + b"data: " + b"y" * 500_000 + b"\n\n",
        b"data: x\r\n\r\n" * 100_000,
    ],
    ids=["one line", "many lines", "two lines", "many events"],
)
def test_the_work_is_linear_in_the_bytes_however_finely_they_arrive(raw):
    looked_at, events = bytes_searched(pieces_of(raw, *range(256, len(raw), 256)))

    assert events == Decoder().feed(raw)
    assert looked_at < 20 * len(raw)
