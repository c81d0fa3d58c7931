import pytest

from dragoman import errors
from dragoman.answer.judge import BODY_BOUND, refusal, request_id, said_no
from dragoman.secret import MASK, Secret
from dragoman.wire.fault import Fault

NO_KEY = Secret("")


def judged(status, body=b"", headers=None, secret=NO_KEY):
    return refusal(status, headers or {}, body, secret=secret, now=0.0)


@pytest.mark.parametrize(
    ("status", "cls", "retryable"),
    [
        (400, errors.BadRequestError, False),
        (401, errors.AuthenticationError, False),
        (402, errors.QuotaError, False),
        (403, errors.PermissionDeniedError, False),
        (404, errors.NotFoundError, False),
        (405, errors.StatusError, False),
        (408, errors.StatusError, True),
        (409, errors.ConflictError, True),
        (413, errors.ContentTooLargeError, False),
        (422, errors.UnprocessableError, False),
        (429, errors.RateLimitError, True),
        (500, errors.ServerError, True),
        (501, errors.ServerError, False),
        (503, errors.OverloadedError, True),
        (529, errors.OverloadedError, True),
    ],
)
def test_the_status_decides_the_class(status, cls, retryable):
    error = judged(status)

    assert type(error) is cls
    assert (error.status, error.retryable) == (status, retryable)
    assert str(status) in error.message


def test_a_used_up_quota_is_no_rate_limit():
    error = judged(429, b'{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}')

    assert type(error) is errors.QuotaError
    assert error.retryable is False


def test_the_text_of_a_message_never_decides():
    error = judged(500, b'{"error":{"message":"upstream said: rate_limit 429 insufficient_quota"}}')

    assert type(error) is errors.ServerError


def test_a_prompt_that_does_not_fit_is_told_by_its_code():
    body = b'{"error":{"message":"too long","type":"invalid_request_error","code":"context_length_exceeded","param":"messages"}}'

    error = judged(400, body)

    assert type(error) is errors.ContextLengthError
    assert (error.type, error.param, error.code) == ("invalid_request_error", "messages", "context_length_exceeded")


@pytest.mark.parametrize(("said", "retryable"), [("true", True), ("false", False)])
def test_the_server_may_say_itself_whether_to_retry(said, retryable):
    assert judged(400 if retryable else 500, headers={"x-should-retry": said}).retryable is retryable


def test_a_server_cannot_make_an_empty_account_retry():
    assert judged(402, headers={"x-should-retry": "true"}).retryable is False


def test_an_echoed_credential_is_masked_everywhere():
    secret = Secret("sk-planted")

    said = (
        b'{"error":{"message":"Incorrect key sk-planted","type":"sk-planted","param":"sk-planted","code":"sk-planted"}}'
    )
    error = judged(401, said, {"x-echo": "sk-planted"}, secret)

    assert error.message == f"Incorrect key {MASK}"
    assert (error.type, error.param, error.code) == (MASK, MASK, MASK)
    assert b"planted" not in error.body
    assert "planted" not in repr(error.headers)


def test_only_the_beginning_of_a_body_is_kept():
    assert len(judged(500, b"x" * 2 * BODY_BOUND).body) == BODY_BOUND


@pytest.mark.parametrize(
    ("fault", "cls", "status"),
    [
        (Fault(message="m", status=429), errors.RateLimitError, 429),
        (Fault(message="m", code="rate_limit_exceeded"), errors.RateLimitError, 429),
        (Fault(message="m", type="overloaded_error"), errors.OverloadedError, 529),
        (Fault(message="m", code="insufficient_quota"), errors.QuotaError, 429),
        (Fault(message="m"), errors.ServerError, 500),
    ],
)
def test_an_error_object_inside_an_answer_has_the_status_it_claims(fault, cls, status):
    error = said_no(fault, 200, {}, b"{}", partial=None, secret=NO_KEY)

    assert type(error) is cls
    assert error.status == status


def test_the_request_id_is_found_under_any_of_its_names():
    assert request_id({"x-request-id": "a", "cf-ray": "b"}) == "a"
    assert request_id({"cf-ray": "b"}) == "b"
    assert request_id({}) is None
