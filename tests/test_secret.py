import copy
import pickle

import pytest

from dragoman.secret import MASK, Secret

KEY = Secret("sk-planted")


def test_a_secret_shows_only_where_it_is_revealed():
    assert repr(KEY) == str(KEY) == f"{KEY}" == MASK
    assert KEY.reveal() == "sk-planted"


@pytest.mark.parametrize("leak", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_does_not_travel(leak):
    with pytest.raises(TypeError, match="read it again where it is needed") as caught:
        leak(KEY)
    assert "planted" not in str(caught.value)


def test_a_text_that_echoes_the_secret_is_masked():
    assert KEY.mask("Incorrect API key: sk-planted.") == f"Incorrect API key: {MASK}."
    assert Secret("").mask("nothing to hide") == "nothing to hide"
    assert not Secret("")
