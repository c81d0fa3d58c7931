"""What becomes of a field that an API has no word for, whichever API it is."""

import pytest

from dragoman.dialect.speech import Speech, Words
from dragoman.dialect.spoken import Manner
from dragoman.errors import InvalidRequestError

WORDS = Words(
    api="anthropic",
    name="that API",
    never={"n": (1,), "functions": ([],)},
    instead={"functions": "say them as tools"},
    unsaid={"seed": (), "penalty": (0,)},
    hints=frozenset({"verbosity"}),
    own=frozenset({"thinking"}),
    settled=frozenset({"model"}),
    spoken=frozenset({"model", "anthropic"}),
)


def spoken(request, parameters="refuse"):
    """The body and the changes of a request whose fields are said as they are."""
    speech = Speech({"model": "m"} | request, Manner(parameters=parameters), WORDS)
    speech.refuse()
    speech.body |= dict(speech.rest())
    return speech.body, speech.changes


@pytest.mark.parametrize("parameters", ["refuse", "drop", "pass"])
@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"n": 2}, "n: that API answers once, in text and tool calls; leave it out"),
        ({"functions": [{}]}, "functions: say them as tools"),
    ],
)
def test_another_kind_of_answer_is_refused_whatever_is_declared(request_, said, parameters):
    with pytest.raises(InvalidRequestError) as caught:
        spoken(request_, parameters)

    assert str(caught.value) == said


def test_a_field_without_a_word_is_what_is_declared():
    with pytest.raises(InvalidRequestError, match="seed: that API has no such parameter"):
        spoken({"seed": 1})
    assert spoken({"seed": 1}, "drop") == ({}, ["seed: dropped"])
    assert spoken({"seed": 1}, "pass") == ({"seed": 1}, [])


def test_values_that_ask_for_nothing_and_nulls_are_no_matter():
    assert spoken({"n": 1, "functions": [], "penalty": 0, "seed": None, "new": None}) == ({}, [])


def test_a_hint_is_dropped_whatever_is_declared():
    assert spoken({"verbosity": "low"}, "pass") == ({}, ["verbosity: dropped"])


def test_fields_of_the_apis_own_and_unknown_ones_go_as_they_are():
    own = {"thinking": {"type": "adaptive"}, "anthropic": {"speed": "fast"}}

    assert spoken(own | {"new": 1}) == ({"thinking": {"type": "adaptive"}, "new": 1, "speed": "fast"}, [])
    assert spoken(own | {"new": 1}, "drop")[1] == ["new: dropped"]
