"""Usage."""

import pytest
from openai.types import completion_usage as original

from dragoman.openai.types import completion_usage
from openai_shapes import same_fields


@pytest.mark.parametrize("name", ["CompletionTokensDetails", "PromptTokensDetails", "CompletionUsage"])
def test_the_fields_are_the_originals(name):
    assert same_fields(getattr(completion_usage, name), getattr(original, name))
