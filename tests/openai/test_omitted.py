"""Left out, and null."""

import openai
import pytest

from dragoman.openai import NOT_GIVEN, NotGiven, Omit, not_given, omit
from dragoman.openai.omitted import given, is_given


@pytest.mark.parametrize("value", [NOT_GIVEN, not_given, omit, NotGiven(), Omit(), openai.NOT_GIVEN, openai.omit])
def test_what_is_left_out_says_nothing(value):
    assert not value
    assert not is_given(value)


@pytest.mark.parametrize("value", [None, 0, "", False])
def test_null_and_emptiness_do_say_something(value):
    assert given({"a": value, "b": omit}) == {"a": value}


def test_both_are_shown_as_they_are_written():
    assert (repr(NOT_GIVEN), repr(omit)) == ("NOT_GIVEN", "omit")
