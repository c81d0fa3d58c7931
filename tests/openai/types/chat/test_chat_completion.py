"""Finished answers."""

import openai.types.chat.chat_completion as original
import openai.types.chat.chat_completion_token_logprob as logprob
import pytest
from openai.types import chat

from dragoman.openai.types.chat import chat_completion
from dragoman.wire.completion import Completion
from openai_shapes import same_fields


@pytest.mark.parametrize(
    "theirs",
    [
        original.ChatCompletion,
        original.Choice,
        original.ChoiceLogprobs,
        original.Moderation,
        chat.ChatCompletionTokenLogprob,
        logprob.TopLogprob,
    ],
)
def test_the_fields_are_the_originals(theirs):
    assert same_fields(getattr(chat_completion, theirs.__name__), theirs)


def test_nothing_that_the_wire_names_is_missing():
    assert set(Completion.__struct_fields__) <= chat_completion.ChatCompletion.__fields__.keys()


def test_either_side_may_be_judged_or_not():
    results = {"type": "moderation_results", "model": "m", "results": [{"flagged": True}]}
    made = chat_completion.Moderation.received(
        {"input": results, "output": {"type": "error", "code": "c", "message": "m"}}
    )

    assert made.input.results == [{"flagged": True}]
    assert made.output.code == "c"
