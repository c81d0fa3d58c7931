import hypothesis.strategies as st
import pytest
from hypothesis import given

from dragoman.dialect import Dialect
from dragoman.dialect.table import PLAIN, ROWS, at

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3))
OURS = st.dictionaries(st.sampled_from(["model", "seed", "stop", "vendor_field", "temperature"]), JSON)
CHOICE = st.sampled_from([None, "none", "auto", "required", {"type": "function", "function": {"name": "f"}}])


@pytest.mark.parametrize("row", [PLAIN, *ROWS], ids=lambda row: row.name)
@given(request=OURS, choice=CHOICE)
def test_what_is_spoken_is_heard_again(row: Dialect, request, choice):
    request["tool_choice"] = choice

    assert row.hear(row.speak(request)) == request


def test_mistral_says_random_seed_and_any():
    spoken = at("api.mistral.ai").speak({"seed": 7, "tool_choice": "required", "vendor_field": None})

    assert spoken == {"random_seed": 7, "tool_choice": "any", "vendor_field": None}


def test_a_callers_own_dict_is_left_alone():
    request = {"seed": 7}

    at("api.mistral.ai").speak(request)

    assert request == {"seed": 7}
