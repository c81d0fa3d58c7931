"""How an endpoint says no: rightly, and in all the ways that programs cannot read."""

import pytest

from dragoman.probe.answer import Whole
from dragoman.probe.refusals import CHECKS, judged
from faulty_vendor import KEY, finding, verdict

NAMES = [check.name for check in CHECKS]
STATUSES = {"wrong-key": 401, "unknown-model": 404, "wrong-path": 404, "wrong-method": 405}


@pytest.mark.parametrize("check", NAMES)
def test_what_is_right_is_honoured(check):
    assert verdict(check, keyed=True, key=KEY) == "honoured"


@pytest.mark.parametrize("check", NAMES)
def test_a_body_that_cannot_be_read_is_broken(check):
    assert verdict(check, "plain-errors", keyed=True, key=KEY) == "broken"


@pytest.mark.parametrize("check", NAMES)
def test_a_server_that_falls_over_is_broken(check):
    assert verdict(check, "silent", keyed=True, key=KEY) == "broken"


@pytest.mark.parametrize("check", [name for name in NAMES if name != "error-object"])
def test_a_status_of_500_is_broken(check):
    assert verdict(check, "fails", keyed=True, key=KEY) == "broken"


@pytest.mark.parametrize("check", [name for name in NAMES if name not in {"error-object", "too-long"}])
def test_an_answer_where_none_should_be_is_told(check):
    assert verdict(check, "welcoming", keyed=True, key=KEY) == "ignored"


@pytest.mark.parametrize("check", [name for name in NAMES if name != "error-object"])
def test_another_status_is_told(check):
    found = finding(check, "forbids", keyed=True, key=KEY)

    assert found.verdict == "refused"
    assert found.evidence.endswith(f", where OpenAI says {STATUSES.get(check, 400)}")


def test_422_is_as_good_as_400_where_the_body_could_be_read():
    assert verdict("wrong-type", "unprocessable") == "honoured"


def test_no_key_is_needed_everywhere():
    assert verdict("wrong-key") == "unclear"
    assert verdict("wrong-key", key=KEY) == "ignored"


def test_a_key_that_is_repeated_in_an_error_ends_in_logs():
    assert finding("wrong-key", "key-echoed", keyed=True, key=KEY).evidence == "the error repeats the whole key"


def test_any_name_for_a_model_is_told():
    assert finding("unknown-model", "any-model").evidence == "a model that there is not is answered with 200"


def test_405_without_allow_is_against_http():
    assert verdict("wrong-method", "no-allow") == "broken"


def test_the_four_fields_of_an_error_object():
    assert finding("error-object", "terse-errors").evidence == "the error object lacks type, param, code"


def test_a_prompt_that_is_cut_in_silence_is_the_worst_of_it():
    found = finding("too-long", "endless", "cuts-in-silence")

    assert (found.verdict, found.evidence) == ("broken", "8000 words were cut to 100 tokens in silence")


def test_a_prompt_that_fits_proves_nothing():
    assert verdict("too-long", "endless") == "unclear"


def test_programs_test_for_the_code_of_a_prompt_that_is_too_long():
    assert verdict("too-long", "other-code") == "refused"


@pytest.mark.parametrize("name", ["context_length", "max_model_len", "context_window"])
def test_what_the_model_says_it_holds_is_what_is_exceeded(name):
    found = finding("too-long", "endless", card={name: 40_000}, budget=20_000)

    assert (found.verdict, found.evidence) == (
        "unclear",
        "not asked: 45000 words are more than is left of --budget",
    )


def test_a_model_that_holds_more_than_it_says_is_told():
    found = finding("too-long", "endless", card={"context_length": 4000})

    assert found.evidence == "4500 words are answered, where the model says that it holds 4000 tokens"


@pytest.mark.parametrize("body", [b"", b"null", b'"no"', b'{"error": "no"}', b'{"error": {"message": ""}}', b"<html>"])
def test_only_an_error_object_counts(body):
    assert judged(Whole(400, {}, body, 0.0), "it", 400).verdict == "broken"
