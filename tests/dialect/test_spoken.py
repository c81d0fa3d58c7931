import pytest

from dragoman.dialect import anthropic, responses
from dragoman.dialect.spoken import Manner
from dragoman.errors import InvalidRequestError

SEEDED = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 9, "seed": 1}
SPEAKERS = pytest.mark.parametrize("speak", [anthropic.speak, responses.speak], ids=["messages", "responses"])


@SPEAKERS
def test_what_an_api_has_no_word_for_is_refused_unless_something_else_is_declared(speak):
    with pytest.raises(InvalidRequestError, match=r"seed: .* has no such parameter; leave it out"):
        speak(SEEDED)

    dropped, passed = (speak(SEEDED, Manner(parameters=parameters)) for parameters in ("drop", "pass"))
    assert ("seed" in dropped.body, dropped.changes) == (False, ("seed: dropped",))
    assert (passed.body["seed"], passed.changes) == (1, ())


@SPEAKERS
def test_the_request_is_left_as_it_was(speak):
    request = {name: value for name, value in SEEDED.items() if name != "seed"}
    before = repr(request)

    assert speak(request).body["model"] == "m"
    assert repr(request) == before
