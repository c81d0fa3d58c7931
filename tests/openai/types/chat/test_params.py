"""The types of requests are the wire's own."""

import openai.types.chat as original
import pytest

from dragoman.openai.types.chat import params

PAIRS = [
    "ChatCompletionAssistantMessageParam", "ChatCompletionToolMessageParam", "ChatCompletionUserMessageParam",
    "ChatCompletionSystemMessageParam", "ChatCompletionDeveloperMessageParam", "ChatCompletionFunctionToolParam",
    "ChatCompletionNamedToolChoiceParam", "ChatCompletionStreamOptionsParam", "ChatCompletionContentPartTextParam",
]  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_every_field_of_the_originals_is_in_it(name):
    theirs, mine = getattr(original, name), getattr(params, name)

    assert set(theirs.__annotations__) <= set(mine.__annotations__)
    assert theirs.__required_keys__ <= set(mine.__annotations__)


def test_it_says_what_it_has():
    for name in params.__all__:
        assert getattr(params, name) is not None
