"""What a caller is told of each way in which things go wrong."""

import json

import pytest

from dragoman import errors
from dragoman.gateway.faults import body_of, event_of, headers_of, status_of


def said(status, cls=errors.StatusError, **known):
    return cls("sentence", status=status, **known)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.InvalidRequestError("n is wrong", param="n"), 400, None),
        (errors.EngineError("the engine is not installed"), 503, "unavailable"),
        (said(400, errors.BadRequestError, code="x"), 400, "x"),
        (said(400, errors.ContextLengthError, code="context_length_exceeded"), 400, "context_length_exceeded"),
        (said(401, errors.AuthenticationError, code="invalid_api_key"), 502, "upstream_credential"),
        (said(403, errors.PermissionDeniedError), 502, "upstream_credential"),
        (said(402, errors.QuotaError), 502, "upstream_quota"),
        (said(429, errors.QuotaError, code="insufficient_quota"), 502, "upstream_quota"),
        (said(404, errors.NotFoundError, code="model_not_found"), 404, "model_not_found"),
        (said(422, errors.UnprocessableError), 422, None),
        (said(429, errors.RateLimitError, code="rate_limit_exceeded"), 429, "rate_limit_exceeded"),
        (said(500, errors.ServerError), 500, None),
        (said(529, errors.OverloadedError), 529, None),
        (errors.ConnectionFailedError("refused"), 502, "upstream_unreachable"),
        (errors.ProtocolError("HTML", status=200), 502, "upstream_protocol"),
        (errors.TruncatedError("cut", status=200), 502, "upstream_truncated"),
        (errors.TimeLimitError("late", limit="total", seconds=600), 504, "upstream_timeout"),
    ],
)
def test_each_error_has_its_status_and_code(error, status, code):
    fault = json.loads(body_of(error))["error"]

    assert (status_of(error), fault["code"]) == (status, code)
    assert fault.keys() == {"message", "type", "param", "code"}
    assert fault["type"] == ("server_error" if status >= 500 else "invalid_request_error")


def test_what_the_upstream_said_of_the_request_is_passed_on():
    error = errors.BadRequestError("too hot", status=400, code="c", param="temperature", type="their_type")

    assert json.loads(body_of(error))["error"] == {
        "message": "too hot",
        "type": "their_type",
        "param": "temperature",
        "code": "c",
    }


def test_what_the_upstream_said_of_the_gateways_own_credential_is_not():
    error = errors.AuthenticationError("Incorrect API key provided: sk-p****1234 of org-77", status=401)

    assert json.loads(body_of(error))["error"]["message"] == "the upstream refuses the gateway's credential"


def test_inside_a_stream_the_object_itself_says_the_status():
    fault = json.loads(event_of(errors.RateLimitError("slow down", status=429)))["error"]

    assert (fault["status"], fault["message"]) == (429, "slow down")


@pytest.mark.parametrize(("asked", "told"), [(90, b"90"), (1.2, b"2"), (0, b"0")])
def test_when_to_come_back_is_whole_seconds_and_never_too_early(asked, told):
    headers = dict(headers_of(errors.RateLimitError("slow down", status=429, retryable=True, retry_after=asked)))

    assert headers == {b"x-should-retry": b"true", b"retry-after": told}


def test_a_request_that_is_wrong_is_not_to_be_sent_again():
    assert headers_of(errors.InvalidRequestError("no")) == []
    assert dict(headers_of(errors.BadRequestError("no", status=400))) == {b"x-should-retry": b"false"}
