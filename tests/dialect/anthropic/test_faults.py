import json

import pytest

from dragoman.dialect.anthropic.faults import body, refined
from dragoman.wire.fault import Fault, read_fault
from spoken import OVERLOADED


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (402, "billing_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (405, "invalid_request_error"),
        (413, "request_too_large"),
        (422, "invalid_request_error"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (502, "api_error"),
        (503, "overloaded_error"),
        (504, "timeout_error"),
        (529, "overloaded_error"),
    ],
)
def test_a_status_has_the_type_that_the_api_gives_it(status, kind):
    assert json.loads(body(status, "no", "req_1")) == {
        "type": "error",
        "error": {"type": kind, "message": "no"},
        "request_id": "req_1",
    }


def test_a_request_without_a_name_has_none():
    assert "request_id" not in json.loads(body(400, "no", None))


def test_what_is_written_is_read_again():
    fault = read_fault(body(529, "Overloaded", "req_9"))

    assert (fault.type, fault.message) == ("overloaded_error", "Overloaded")
    assert fault == read_fault(json.dumps(OVERLOADED).encode())


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("prompt is too long: 208310 tokens > 200000 maximum", "context_length_exceeded"),
        ("input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000", "context_length_exceeded"),
        ("Your credit balance is too low to access the Anthropic API.", "insufficient_credits"),
        ("You have reached your specified API usage limits.", "insufficient_credits"),
        ("messages: at least one message is required", None),
    ],
)
def test_what_only_the_sentence_says_gets_its_code(sentence, code):
    assert refined(Fault(message=sentence, type="invalid_request_error")).code == code


def test_a_code_that_is_there_stays():
    fault = Fault(message="prompt is too long", type="invalid_request_error", code="x")

    assert refined(fault) is fault
    assert refined(Fault(message="prompt is too long", type="api_error")).code is None
