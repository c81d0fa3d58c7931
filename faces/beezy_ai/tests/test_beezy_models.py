"""The models of `beezy_ai` as programs use them."""

import typing

import pytest

import beezy_ai
from beezy_ai import models
from dragoman.face.model import Model


def test_a_message_reads_compares_and_copies_like_the_original():
    message = models.Messages(role=models.ChatCompletionRole.USER, content="x")

    assert message == models.Messages.model_validate({"role": "user", "content": "x"})
    assert message != models.Messages(role="user", content="y")
    assert message.model_copy(update={"content": "y"}).content == "y"
    assert message.model_dump(exclude_none=True) == {"role": models.ChatCompletionRole.USER, "content": "x"}
    assert message.model_dump_json(exclude_none=True) == '{"role":"user","content":"x"}'
    assert "content='x'" in repr(message)


def test_words_that_are_new_are_kept():
    assert models.Messages(role="developer").role == "developer"
    assert models.Choices.received({"index": 0, "finish_reason": "new"}).finish_reason == "new"
    assert models.Choices.received({"index": 0, "finish_reason": "stop"}).finish_reason is models.FinishReason.STOP


ERRORS = {name for name in models.__all__ if name.endswith("Data")}
MODELS = [name for name in models.__all__ if isinstance(getattr(models, name), type(Model)) and name not in ERRORS]


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_its_typed_dict(name):
    wire = {field.wire for field in getattr(models, name).__fields__.values()}

    # A request's has the fields of every kind of request, and no `stream`: the call says that.
    assert wire - {"stream"} <= set(typing.get_type_hints(getattr(models, f"{name}TypedDict")))


def test_the_models_are_on_the_root_too():
    assert all(getattr(beezy_ai, name) is getattr(models, name) for name in models.__all__)
