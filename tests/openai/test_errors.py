"""The original's exceptions."""

import pickle

import pytest

from dragoman import errors as ours
from dragoman.exchange import Call, Timeouts
from dragoman.openai import errors
from dragoman.openai.types.chat import ChatCompletion
from dragoman.retry import NEVER
from dragoman.secret import Secret
from dragoman.transport import Outgoing

CALL = Call(
    request=Outgoing("POST", "http://h/v1", (("authorization", "Bearer sk-1"),)),
    timeouts=Timeouts(),
    retry=NEVER,
    secret=Secret("sk-1"),
)
BODY = b'{"error":{"message":"no","code":7,"param":"p","type":"t"}}'


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ours.ConnectionFailedError("refused"), errors.APIConnectionError),
        (ours.TruncatedError("cut", status=200), errors.APIConnectionError),
        (ours.TimeLimitError("late", limit="idle", seconds=1, status=200), errors.APITimeoutError),
        (ours.ProtocolError("garbage"), errors.APIConnectionError),
        (ours.ProtocolError("a page", status=200, body=b"<html>"), errors.APIResponseValidationError),
        (ours.ProtocolError("moved", status=302), errors.APIStatusError),
        (ours.BadRequestError("no", status=400), errors.BadRequestError),
        (ours.ContextLengthError("no", status=400), errors.BadRequestError),
        (ours.QuotaError("no", status=402), errors.APIStatusError),
        (ours.QuotaError("no", status=429), errors.RateLimitError),
        (ours.UnprocessableError("no", status=422), errors.UnprocessableEntityError),
        (ours.OverloadedError("no", status=529), errors.InternalServerError),
    ],
)
def test_each_of_ours_is_one_of_the_originals(error, kind):
    assert type(errors.explain(error, CALL)) is kind


def test_what_is_known_of_a_refusal_is_on_it():
    known = ours.BadRequestError(
        "no", status=400, code="7", param="p", type="t", request_id="r", headers={"x-request-id": "r"}, body=BODY
    )
    error = errors.explain(known, CALL)

    assert str(error) == error.message == "Error code: 400 - no"
    assert (error.status_code, error.code, error.param, error.type, error.request_id) == (400, "7", "p", "t", "r")
    assert error.body == {"message": "no", "code": 7, "param": "p", "type": "t"}
    assert (error.response.headers["X-Request-Id"], error.response.request, error.request.url) == (
        "r",
        error.request,
        "http://h/v1",
    )
    assert error.request.headers["authorization"] == "[credential]"


@pytest.mark.parametrize(
    ("body", "shown"), [(b"", ""), (b" busy ", "busy"), (b"[1]", [1]), (b'{"detail":"x"}', {"detail": "x"})]
)
def test_the_body_is_shown_whatever_it_is(body, shown):
    assert errors.explain(ours.ServerError("no", status=500, body=body), CALL).body == shown


@pytest.mark.parametrize(
    "error",
    [
        errors.explain(ours.RateLimitError("no", status=429, body=BODY), CALL),
        errors.explain(ours.ConnectionFailedError("refused"), CALL),
        errors.explain(ours.ProtocolError("a page", status=200), CALL),
        errors.LengthFinishReasonError(completion=ChatCompletion.received({"id": "c"})),
        errors.ContentFilterFinishReasonError(),
        errors.OpenAIError("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_error_can_be_pickled(error):
    again = pickle.loads(pickle.dumps(error))

    assert (type(again), str(again), vars(again).keys()) == (type(error), str(error), vars(error).keys())


def test_a_programs_tests_can_make_them():
    class Answer:
        status_code = 429
        headers = {"x-request-id": "r"}  # noqa: RUF012 - as a mock would
        request = "the request"

    error = errors.RateLimitError("slow", response=Answer(), body={"code": "c", "type": "t"})

    assert (str(error), error.status_code, error.code, error.type, error.request_id) == ("slow", 429, "c", "t", "r")
    assert errors.APITimeoutError("the request").message == "Request timed out."
    assert errors.APIConnectionError(request="the request").body is None
    assert errors.APIResponseValidationError(Answer(), None).status_code == 429
