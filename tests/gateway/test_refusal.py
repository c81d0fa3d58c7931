"""Every kind of no, as one."""

import json

import pytest

from dragoman import errors
from dragoman.gateway import refusal
from dragoman.gateway.keys.identity import MISSING


@pytest.mark.parametrize(
    ("refused", "status", "code"),
    [
        (refusal.of_error(errors.InvalidRequestError("no", param="n")), 400, None),
        (refusal.of_error(errors.OverloadedError("later", status=503, code="busy", retry_after=1.2)), 503, "busy"),
        (refusal.of_size(5), 413, "request_too_large"),
        (refusal.of_status(501, "not here", "not_supported"), 501, "not_supported"),
        (refusal.of_caller(MISSING), 401, "invalid_api_key"),
    ],
)
def test_each_has_a_status_a_sentence_and_a_body_that_says_the_same(refused, status, code):
    error = json.loads(refused.body)["error"]

    assert refused.status == status
    assert refused.message == error["message"]
    assert error["code"] == code


def test_when_to_come_back_is_told_in_whole_seconds():
    refused = refusal.of_error(errors.OverloadedError("later", status=503, retry_after=1.2))

    assert (b"retry-after", b"2") in refused.headers


def test_who_is_turned_away_reads_why():
    assert str(refusal.TurnedAwayError(refusal.of_size(5))) == "the request is larger than 5 bytes"
