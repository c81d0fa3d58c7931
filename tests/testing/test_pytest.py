"""The plugin, loaded as a user loads it, in a pytest of its own."""

import re

import pytest

pytest_plugins = ["pytester"]

PROGRAM = """
import pytest
from dragoman import Dragoman
from dragoman.testing import says

def ask(transport, content="Who?", url="http://model.test/v1"):
    with Dragoman(url, api_key="x", model="m", retries=0, transport=transport) as client:
        return client.chat.create(messages=content).text
"""


@pytest.fixture
def run(pytester):
    """Run tests with the plugin; the outcomes and the output."""
    pytester.makeconftest('pytest_plugins = ["dragoman.testing.pytest"]')

    def runs(tests, *options):
        pytester.makepyfile(test_program=PROGRAM + tests)
        plain = ("-p", "no:randomly", "-p", "no:cacheprovider", "--strict-markers", "-W", "error")
        result = pytester.runpytest_inprocess(*plain, *options)
        return {
            name: count for name, count in result.parseoutcomes().items() if name != "warnings"
        }, result.stdout.str()

    return runs


def test_a_script_is_checked_when_its_test_has_ended(run):
    outcomes, output = run("""
def test_used_up(dragoman_script):
    assert ask(dragoman_script(says("Monet"))) == "Monet"

def test_left(dragoman_script):
    dragoman_script(says("Monet"), says("Manet"))

def test_out(dragoman_script):
    with pytest.raises(AssertionError):
        ask(dragoman_script())
""")

    assert outcomes == {"passed": 3, "errors": 2}
    assert "2 of the script's 2 answers were not asked for: says('Monet'), says('Manet')" in output
    assert "the script holds nothing, and has no answer left for request 1" in output


def test_a_cassette_is_recorded_when_asked_for_and_replayed_after(run, pytester):
    tests = """
from dragoman.testing import Script, serving

def test_painter(dragoman_cassette):
    if dragoman_cassette.recording:
        with serving(Script(says("Monet"))) as url:
            assert ask(dragoman_cassette, url=url) == "Monet"
    else:
        assert ask(dragoman_cassette) == "Monet"

class TestPlaces:
    @pytest.mark.parametrize("place", ["Paris / France"])
    @pytest.mark.dragoman_cassette(ignore=["messages"])
    def test_place(self, dragoman_cassette, place):
        recording = dragoman_cassette.recording
        with serving(Script(*[says(place)] * recording)) as url:
            said = ask(dragoman_cassette, f"Where? {recording}", url=url)
        assert said == place
"""

    before, output = run(tests)
    recorded, _ = run(tests, "--dragoman-record")
    after, _ = run(tests)

    assert before == {"errors": 2}
    assert "there is no recording at " in output
    assert recorded == after == {"passed": 2}
    first, second = sorted(path.name for path in (pytester.path / "cassettes" / "test_program").iterdir())
    assert re.fullmatch(r"TestPlaces\.test_place-Paris-France-[0-9a-f]{8}\.jsonl", first)
    assert second == "test_painter.jsonl"


def test_each_set_of_parameters_has_a_cassette_of_its_own(run, pytester):
    tests = """
from dragoman.testing import Script, serving

@pytest.mark.parametrize("word", ["a b", "a-b", "a_b", "+", "*", pytest.param("long", id="long" * 99)])
def test_word(dragoman_cassette, word):
    with serving(Script(*[says(word)] * dragoman_cassette.recording)) as url:
        assert ask(dragoman_cassette, word, url=url) == word
"""

    recorded, _ = run(tests, "--dragoman-record")
    after, output = run(tests)

    assert recorded == after == {"passed": 6}, output
    names = {path.name for path in (pytester.path / "cassettes" / "test_program").iterdir()}
    assert len(names) == 6
    assert {"test_word-a-b.jsonl", "test_word-a_b.jsonl"} < names


def test_a_cassette_of_a_test_that_fails_is_not_written(run, pytester):
    outcomes, _ = run(
        """
def test_painter(dragoman_cassette):
    assert not dragoman_cassette.recording
""",
        "--dragoman-record",
    )

    assert outcomes == {"failed": 1}
    assert not (pytester.path / "cassettes").exists()


def test_the_marker_says_what_the_cassette_is_like(run, pytester):
    folder = pytester.path / "cassettes" / "test_program"
    folder.mkdir(parents=True)
    (folder / "mine.jsonl").write_text('{"dragoman cassette":1}\n{"request":{"method":"GET","target":"/"}}\n')

    outcomes, output = run("""
pytestmark = pytest.mark.dragoman_cassette(name="other")

@pytest.mark.dragoman_cassette(name="mine")
def test_painter(dragoman_cassette):
    assert "mine.jsonl" in repr(dragoman_cassette)
""")

    assert outcomes == {"passed": 1, "errors": 1}
    assert "1 of the exchanges in " in output


def test_who_asks_for_no_cassette_needs_none(run):
    assert run("def test_nothing():\n    pass\n", "--dragoman-record")[0] == {"passed": 1}
