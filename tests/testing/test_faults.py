"""Each fault is the error that docs/testing.md says it is, in both colours, in a script and over a socket."""

import re
from pathlib import Path

import pytest

import asking
from dragoman import APIError, Retry, testing
from dragoman.testing import Script, cut, fails, finish_twice, garble, raw, refused, reset, says, serving, slow, stall

PAGE = (Path(__file__).parent.parent.parent / "docs" / "testing.md").read_text()
ROWS = re.findall(r"^\| `(\w+\([^|]*\))`[^|]*\| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
ANSWER = says("Claude Monet was a painter.")


def written(row):
    """The reply that a row of the table shows."""
    return eval(row, {"answer": ANSWER} | vars(testing))  # noqa: S307 - our own page


def outcome(ask, transport, *, stream, **options):
    """What a call comes to, in the words of the table: the error and what had arrived, or that all is well."""
    try:
        completion = ask(transport, stream=stream, **options)
    except APIError as error:
        limit = f", {error.limit}" if hasattr(error, "limit") else ""
        partial = f", “{error.partial.text}”" if error.partial is not None and error.partial.text else ""
        return f"`{type(error).__name__}`{limit}{partial}"
    assert completion.text == "Claude Monet was a painter."
    return "all is well"


def test_the_page_has_a_row_for_each_fault():
    faults = {name for name in testing.__all__ if getattr(getattr(testing, name), "__module__", "").endswith("faults")}

    assert {row[0].partition("(")[0] for row in ROWS} >= faults
    assert len(faults) == 13


@pytest.mark.parametrize(("row", "streamed", "document"), ROWS, ids=[row[0] for row in ROWS])
def test_a_fault_is_the_error_that_the_page_says(row, streamed, document):
    for ask, side in ((asking.ask, "blocking"), (asking.ask_asynchronously, "asynchronous")):
        for stream, said in ((True, streamed), (False, document)):
            script = Script(written(row))
            transport = script if side == "blocking" else script.asynchronous
            assert outcome(ask, transport, stream=stream) == said, side


LASTS = ("stall", "slow", "refused")


@pytest.mark.parametrize(
    ("row", "streamed", "document"), [pytest.param(*row, id=row[0]) for row in ROWS if not row[0].startswith(LASTS)]
)
def test_over_a_socket_it_is_the_same_error(row, streamed, document):
    with serving(Script(written(row), written(row))) as url:
        assert outcome(asking.ask, None, stream=True, base_url=url) == streamed
        assert outcome(asking.ask, None, stream=False, base_url=url) == document


def test_over_a_socket_refusing_is_resetting():
    with serving(Script(refused())) as url:
        assert outcome(asking.ask, None, stream=False, base_url=url) == "`ConnectionFailedError`"


def test_a_reset_says_that_it_is_one():
    with serving(Script(reset(ANSWER, after=2))) as url:
        with pytest.raises(APIError, match="reset"):
            asking.ask(None, stream=True, base_url=url)


def test_faults_add_up():
    assert outcome(asking.ask, Script(finish_twice(slow(ANSWER, seconds=1))), stream=True) == "all is well"
    assert outcome(asking.ask, Script(finish_twice(garble(ANSWER))), stream=True) == "`ProtocolError`, “Claude”"


def test_a_vendor_that_promises_done_is_held_to_it():
    outcome_there = outcome(
        asking.ask, Script(testing.without_done(ANSWER)), stream=True, base_url="https://api.openai.com/v1"
    )

    assert outcome_there == "`TruncatedError`, “Claude Monet was a painter.”"


@pytest.mark.parametrize("stream", [False, True])
def test_a_fault_that_may_pass_is_tried_again(stream):
    script = Script(cut(ANSWER, after=0), refused(), fails(429, retry_after=0), ANSWER)

    assert outcome(asking.ask, script, stream=stream, retries=Retry(times=3, first=0)) == "all is well"


def test_a_fault_that_would_never_come_says_so():
    with pytest.raises(ValueError, match=re.escape("cut(says('Monet'), after=9): the answer has only 4 events")):
        asking.ask(Script(cut(says("Monet"), after=9)), stream=True)


def test_a_fault_shows_itself_as_it_was_written():
    assert repr(cut(stall(fails(500)), after=2)) == "cut(stall(fails(500), after=0), after=2)"
    assert repr(slow(raw(), seconds=1.5)) == "slow(raw(), seconds=1.5)"
