"""What an identity may ask for, and how a refusal reads."""

import json

import pytest

from dragoman.gateway.keys.identity import ANYBODY, MISSING, UNKNOWN, Identity

ANA = Identity(id="key_1", prefix="dg_3fK9aQx", owner="ana", models=("gpt-*", "mistral-large"))


@pytest.mark.parametrize(
    ("model", "allowed"),
    [
        ("gpt-4o", True),
        ("gpt-", True),
        ("mistral-large", True),
        ("mistral-large-2", False),
        ("GPT-4o", False),
        ("", False),
    ],
)
def test_the_models_of_a_key_are_names_and_patterns(model, allowed):
    assert ANA.allows(model) is allowed


def test_a_key_without_models_may_ask_for_all_and_one_with_none_for_none():
    assert Identity(id="k").allows("anything")
    assert not Identity(id="k", models=()).allows("anything")


def test_a_refused_model_is_told_which_are_allowed():
    denied = ANA.refuse_model("claude-3")

    assert (denied.status, denied.code, denied.param) == (403, "model_not_allowed", "model")
    assert denied.message == (
        "key dg_3fK9aQx… of ana may not ask for the model 'claude-3'; it may for gpt-*, mistral-large"
    )
    assert ANA.refuse_model("gpt-4o") is None


def test_a_refusal_is_a_fault_in_openais_form():
    error = json.loads(MISSING.body())["error"]

    assert error["type"] == "invalid_request_error"
    assert error["code"] == "invalid_api_key"
    assert "Authorization: Bearer dg_" in error["message"]


def test_an_unauthorized_caller_is_told_the_scheme_and_not_to_try_again():
    assert dict(UNKNOWN.headers()) == {b"www-authenticate": b"Bearer", b"x-should-retry": b"false"}
    assert dict(ANA.refuse_model("x").headers()) == {b"x-should-retry": b"false"}


def test_anybody_may_do_anything_a_caller_may():
    assert ANYBODY.allows("m")
    assert ANYBODY.role == "caller"
    assert not ANYBODY.limits.any
