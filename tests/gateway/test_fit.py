import hypothesis.strategies as st
import pytest
from hypothesis import given

from dragoman.dialect import Dialect
from dragoman.dialect.table import ENGINE, KINDS, PLAIN, ROWS, named
from dragoman.errors import InvalidRequestError
from dragoman.gateway.fit import HARMLESS, HINTS, fitted

HELLO = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
GROQ, MISTRAL, OPENAI = named("groq"), named("mistral"), named("openai")


def test_what_an_upstream_takes_goes_as_it_is():
    request = HELLO | {"temperature": 0.5, "vendor_field": [1]}

    fit, changes = fitted(OPENAI, "refuse", request)

    assert fit is request
    assert changes == []


def test_what_it_does_not_take_is_refused_by_name_with_the_remedy():
    with pytest.raises(InvalidRequestError, match="logit_bias: groq does not take it; leave it out") as caught:
        fitted(GROQ, "refuse", HELLO | {"logit_bias": {"5": 1}})
    assert caught.value.param == "logit_bias"


def test_or_dropped_and_told():
    assert fitted(GROQ, "drop", HELLO | {"logit_bias": {"5": 1}, "n": 3}) == (
        HELLO,
        ["logit_bias: dropped", "n: dropped"],
    )


def test_or_passed_on():
    request = HELLO | {"logit_bias": {"5": 1}}

    assert fitted(GROQ, "pass", request) == (request, [])


@pytest.mark.parametrize(
    ("name", "value"),
    [("n", 1), ("logprobs", False), ("logit_bias", {}), ("store", False), ("n", None), ("logit_bias", None)],
)
def test_what_asks_for_nothing_is_left_out_quietly(name, value):
    # SDKs write null for whatever their caller left out.
    assert fitted(GROQ, "refuse", HELLO | {name: value}) == (HELLO, [])


@pytest.mark.parametrize("name", sorted(HINTS & GROQ.lacks))
def test_a_hint_is_dropped_and_never_a_reason_to_refuse(name):
    assert fitted(GROQ, "refuse", HELLO | {name: "abc"}) == (HELLO, [f"{name}: dropped"])


def test_what_is_said_in_another_way_is_said_that_way():
    fit, changes = fitted(MISTRAL, "refuse", HELLO | {"max_completion_tokens": 5})

    assert fit == HELLO | {"max_tokens": 5}
    assert changes == ["max_completion_tokens: sent as max_tokens"]


def test_of_two_limits_the_newer_counts():
    assert fitted(MISTRAL, "refuse", HELLO | {"max_tokens": 9, "max_completion_tokens": 5})[0]["max_tokens"] == 5
    assert fitted(MISTRAL, "refuse", HELLO | {"max_tokens": 9, "max_completion_tokens": None})[0] == HELLO | {
        "max_tokens": 9
    }


def test_usage_is_not_asked_of_who_says_it_unasked():
    asked = HELLO | {"stream": True, "stream_options": {"include_usage": True}}

    assert fitted(MISTRAL, "refuse", asked) == (HELLO | {"stream": True}, [])
    assert fitted(OPENAI, "refuse", asked) == (asked, [])


def test_a_developer_is_the_system_where_nobody_knows_one():
    messages = [{"role": "developer", "content": "Be brief."}, *HELLO["messages"]]

    fit, changes = fitted(named("deepseek"), "refuse", HELLO | {"messages": messages})

    assert fit["messages"] == [{"role": "system", "content": "Be brief."}, *HELLO["messages"]]
    assert changes == ["messages[0].role: system"]
    assert messages[0]["role"] == "developer"


def test_anothers_answer_goes_back_without_what_mistral_forbids():
    answer = {"role": "assistant", "content": "4", "reasoning_content": "2+2", "refusal": None, "tool_calls": []}
    request = HELLO | {"messages": [*HELLO["messages"], answer]}

    fit, changes = fitted(MISTRAL, "refuse", request)

    assert fit["messages"][1] == {"role": "assistant", "content": "4", "tool_calls": []}
    assert changes == ["messages[1].reasoning_content: dropped"]
    assert fitted(MISTRAL, "pass", request) == (request, [])


def test_a_dialect_of_another_api_fits_a_request_itself():
    request = HELLO | {"logit_bias": {"5": 1}}

    assert fitted(named("anthropic"), "refuse", request) == (request, [])


def test_the_embedded_model_and_strangers_judge_for_themselves():
    request = HELLO | {"logit_bias": {"5": 1}, "top_k": 3}

    assert fitted(ENGINE, "refuse", request) == fitted(PLAIN, "refuse", request) == (request, [])


VALUES = st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.text(max_size=2), st.just([]), st.just({}))
NAMES = sorted(
    {name for row in (*ROWS, *KINDS) for name in row.lacks} | HARMLESS.keys() | {"max_completion_tokens", "x"}
)
REQUESTS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6).map(lambda given: HELLO | given)


@pytest.mark.parametrize("row", [*ROWS, *KINDS], ids=lambda row: row.name)
@given(request=REQUESTS)
def test_what_was_fitted_fits_and_the_request_is_left_alone(row: Dialect, request):
    before = dict(request)

    fit, changes = fitted(row, "drop", request)

    assert request == before
    if row.api == "chat":
        assert row.lacks.isdisjoint(fit)
        assert fitted(row, "refuse", fit) == (fit, [])
        assert len(changes) == len(set(changes))
