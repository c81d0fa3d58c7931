import copy
import json
import pickle

import pytest

from dragoman import Dragoman, RateLimitError
from dragoman.answer.headers import KeptHeaders
from dragoman.testing import Script, fails, says

LIMITED = fails(429, headers={"X-Team": "painting", "Retry-After": "7"})


@pytest.mark.parametrize("name", ["retry-after", "Retry-After", "RETRY-AFTER"])
def test_a_header_of_an_error_is_found_in_any_case(name):
    client = Dragoman("http://model.test/v1", model="m", transport=Script(LIMITED), retries=0)

    with pytest.raises(RateLimitError) as caught:
        client.chat.create(messages="Who?")

    headers = caught.value.headers
    assert headers[name] == headers.get(name) == "7"
    assert name in headers
    assert pickle.loads(pickle.dumps(caught.value)).headers.get(name) == "7"


def test_a_played_answer_has_them_in_any_case_as_a_real_one_has():
    client = Dragoman("http://model.test/v1", model="m", transport=Script(says("Monet.")))

    headers = client.chat.with_raw_response.create(messages="Who?").headers

    assert headers["Content-Type"] == headers["content-type"]


def test_what_is_not_there_is_missing_under_the_name_that_was_asked_for():
    headers = KeptHeaders({"X-Team": "painting"})

    assert headers.get("X-Other") is None
    assert headers.get("X-Other", 3) == 3
    assert "x-other" not in headers
    assert 3 not in headers
    with pytest.raises(KeyError, match="x-other"):
        headers["X-Other"]


def test_they_are_a_dict_of_names_in_lower_case():
    headers = KeptHeaders([("X-Team", "painting")])

    assert headers == {"x-team": "painting"}
    assert json.dumps(headers) == '{"x-team": "painting"}'
    assert repr(headers) == "{'x-team': 'painting'}"
    for same in (headers.copy(), copy.copy(headers), copy.deepcopy(headers), pickle.loads(pickle.dumps(headers))):
        assert same == headers
        assert same["X-Team"] == "painting"
