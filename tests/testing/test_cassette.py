"""A cassette answers as the server did, and says so when it is asked something else."""

import json
import os
import threading
from time import monotonic

import pytest

import asking
from dragoman import APIError, ConnectionFailedError, RateLimitError, StreamClosedError, TimeLimitError, TruncatedError
from dragoman.testing import Cassette, CassetteError, Script, cut, fails, raw, refused, says, serving, slow
from dragoman.transport.aio import AsyncioTransport
from dragoman.transport.blocking import BlockingTransport


class Blocking:
    """A cassette used by a blocking client."""

    ask = staticmethod(asking.ask)

    def of(self, cassette):
        return cassette

    def inner(self, script):
        return {"transport": script}


class Asynchronous(Blocking):
    """The same by an asynchronous one."""

    ask = staticmethod(asking.ask_asynchronously)

    def of(self, cassette):
        return cassette.asynchronous

    def inner(self, script):
        return {"asynchronous": script.asynchronous}


BOTH = pytest.mark.parametrize("side", [Blocking(), Asynchronous()], ids=["blocking", "asynchronous"])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cassettes" / "paris.jsonl"


def record(path, *replies, side=None, contents=("Who?",), stream=False, **options):
    """Record one question after the other, and return what was heard."""
    side = side or Blocking()
    with Script(*replies) as script:
        with Cassette(path, mode="record", **side.inner(script), **options) as cassette:
            return [heard(side, cassette, content, stream) for content in contents]


def heard(side, cassette, content="Who?", stream=False):
    try:
        return side.ask(side.of(cassette), content, stream=stream).text
    except APIError as error:
        return type(error), str(error), error.partial and error.partial.text


@BOTH
@pytest.mark.parametrize("stream", [False, True])
def test_what_was_recorded_is_answered_again(path, side, stream):
    said = record(path, says("Claude Monet"), says("Manet"), side=side, contents=["Who?", "Else?"], stream=stream)

    with Cassette(path) as cassette:
        again = [heard(side, cassette, content, stream) for content in ("Else?", "Who?")]

    assert said == ["Claude Monet", "Manet"]
    assert again == ["Manet", "Claude Monet"]


@BOTH
@pytest.mark.parametrize(
    ("reply", "cls"),
    [
        (fails(429, "slow down"), RateLimitError),
        (cut(says("Claude Monet"), after=1), TruncatedError),
        (refused(), ConnectionFailedError),
        (slow(says("Claude"), seconds=1000), TimeLimitError),
    ],
)
def test_failures_are_answered_again_too(path, side, reply, cls):
    first = record(path, reply, side=side, stream=True)

    with Cassette(path) as cassette:
        assert [heard(side, cassette, stream=True)] == first
    assert first[0][0] is cls


def test_equal_questions_are_answered_in_the_order_in_which_they_were(path):
    record(path, says("a"), says("b"), contents=["Who?", "Who?"])

    with Cassette(path) as cassette:
        assert [heard(Blocking(), cassette) for _ in range(2)] == ["a", "b"]


def test_once_records_where_there_is_nothing_and_replays_after(path):
    for mode, script in (("once", Script(says("Monet"))), ("once", Script())):
        with script, Cassette(path, mode=mode, transport=script) as cassette:
            assert heard(Blocking(), cassette) == "Monet"


def test_another_question_fails_and_shows_the_difference(path):
    record(path, says("Monet"))

    with pytest.raises(CassetteError) as caught:
        with Cassette(path) as cassette:
            heard(Blocking(), cassette, "Where?")

    assert f"POST /v1/chat/completions is not in {path}; record it again, or see what changed:" in str(caught.value)
    assert '-      "content": "Who?",\n+      "content": "Where?",' in str(caught.value)


def test_a_question_asked_too_often_fails_and_says_so(path):
    record(path, says("Monet"))

    with pytest.raises(CassetteError, match="as often as it was asked: each recorded exchange answers once"):
        with Cassette(path) as cassette:
            heard(Blocking(), cassette)
            heard(Blocking(), cassette)


def test_a_mismatch_is_told_even_where_the_program_swallows_it(path):
    record(path, says("Monet"))

    with pytest.raises(CassetteError, match="see what changed"):
        with Cassette(path) as cassette:
            with pytest.raises(CassetteError):
                heard(Blocking(), cassette, "Where?")


def test_what_nobody_asked_for_is_out_of_date(path):
    record(path, says("Monet"))

    with pytest.raises(CassetteError, match=r"1 of the exchanges in .* were not asked for: POST /v1/chat/completions"):
        with Cassette(path):
            pass


def test_fields_that_change_can_be_left_out_of_it(path):
    record(path, says("Monet"), contents=["Who?"])

    with Cassette(path, ignore=["messages"]) as cassette:
        assert heard(Blocking(), cassette, "Where?") == "Monet"


def test_no_credential_is_in_the_file(path, monkeypatch):
    monkeypatch.setenv("SOME_VENDOR_API_KEY", "planted-in-environment")
    echo = f"you are {asking.KEY}, planted-in-environment, planted-by-hand"
    headers = {"Set-Cookie": "session=planted-cookie", "x-echo": asking.KEY}
    body = json.dumps({"error": {"message": echo}}).encode()
    record(path, raw(body, status=400, headers=headers), contents=[echo], secrets=["planted-by-hand"])

    assert "planted" not in path.read_text()
    assert path.read_text().count("[credential]") == 7
    with Cassette(path, secrets=["planted-by-hand"]) as cassette:
        assert heard(Blocking(), cassette, echo)[0].__name__ == "BadRequestError"


def test_another_credential_replays_as_well(path):
    record(path, says("Monet"))

    with Cassette(path) as cassette:
        assert asking.ask(cassette, api_key="x").text == "Monet"


def test_a_recording_that_fails_changes_no_file(path):
    record(path, says("Monet"))
    before = path.read_bytes()

    with pytest.raises(ZeroDivisionError):
        with Cassette(path, mode="record", transport=Script(says("Manet"))) as cassette:
            heard(Blocking(), cassette)
            _ = 1 / 0

    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]  # noqa: PTH208 - names are what is asked


def test_a_stream_that_was_left_replays_as_far_as_it_was_read(path):
    with Script(says("Claude Monet", "was", "a painter")) as script:
        with Cassette(path, mode="record", transport=script) as cassette:
            with asking.client(cassette).chat.stream(messages="Who?") as stream:
                assert next(stream).text == "Claude Monet"

    with Cassette(path) as cassette:
        with asking.client(cassette).chat.stream(messages="Who?") as stream:
            assert next(stream).text == "Claude Monet"
            with pytest.raises(TruncatedError, match="the recording ends here"):
                stream.until_done()


@BOTH
def test_a_timed_cassette_plays_its_pauses(path, side):
    record(path, slow(says("a b"), seconds=0.03), stream=True)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[3]["at"] = lines[2]["answer"]["at"] + 0.03
    path.write_text("\n".join(map(json.dumps, lines)))
    began = monotonic()

    with Cassette(path, timed=True) as cassette:
        assert heard(side, cassette, stream=True) == "a b"
    assert monotonic() - began >= 0.03


def test_closing_a_timed_cassette_ends_its_pauses(path):
    record(path, says("a b"), stream=True)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[4]["at"] = 60
    path.write_text("\n".join(map(json.dumps, lines)))

    with Cassette(path, timed=True) as cassette:
        with asking.client(cassette).chat.stream(messages="Who?") as stream:
            assert next(stream).text == "a"
            threading.Timer(0.02, cassette.close).start()
            with pytest.raises(StreamClosedError):
                stream.until_done()


@BOTH
def test_by_default_our_own_sockets_carry_what_is_recorded(path, side):
    with serving(Script(says("Monet"))) as url:
        with Cassette(path, mode="record") as cassette:
            assert side.ask(side.of(cassette), base_url=url).text == "Monet"

    with Cassette(path) as cassette:
        assert side.ask(side.of(cassette), base_url="http://elsewhere.test/v1").text == "Monet"


def test_a_program_that_takes_an_address_is_recorded_through_a_server(path):
    with serving(Script(says("Monet"))) as real:
        with serving(Cassette(path, mode="record"), to=real) as url:
            assert asking.ask(None, base_url=url).text == "Monet"

    with serving(Cassette(path)) as url:
        assert asking.ask(None, base_url=url).text == "Monet"


def test_a_transport_that_is_given_stays_its_owners(path):
    script = Script(says("a"), says("b"))
    sockets = AsyncioTransport()
    with Cassette(path, mode="record", transport=script, asynchronous=sockets) as cassette:
        heard(Blocking(), cassette)
        cassette.asynchronous.close()

    assert heard(Blocking(), script) == "b"
    sockets.close()


def test_it_shows_itself_without_what_it_holds(path):
    assert repr(Cassette(path, mode="record")) == f"Cassette({str(path)!r}, recording)"


def test_a_script_is_recorded_by_clients_of_either_colour(path):
    with Script(says("Monet"), says("Degas")) as script, Cassette(path, mode="record", transport=script) as cassette:
        assert [heard(side, cassette) for side in (Blocking(), Asynchronous())] == ["Monet", "Degas"]


@BOTH
def test_whoever_names_what_is_asked_does_not_reach_the_network(path, side):
    others = (
        {"transport": BlockingTransport()} if isinstance(side, Asynchronous) else {"asynchronous": AsyncioTransport()}
    )
    with pytest.raises(CassetteError, match="clients of the other colour: give"):
        side.ask(side.of(Cassette(path, mode="record", **others)), "Who?")
