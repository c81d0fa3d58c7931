"""The names that programs import from `openai.types.chat`."""

import openai.types.chat as original
import pytest

from dragoman.openai.types import chat

ELSEWHERE = {
    "ChatCompletionDeleted",
    "ChatCompletionFunctionTool",
    "ChatCompletionStoreMessage",
    "ChatCompletionContentPartImage",
    "ChatCompletionContentPartText",
    "CompletionListParams",
    "CompletionUpdateParams",
}
"""What belongs to stored completions, which this face does not serve, and to requests as answers."""


def test_every_name_is_there():
    for name in chat.__all__:
        assert getattr(chat, name) is not None
    assert dir(chat) == sorted(chat.__all__)
    with pytest.raises(AttributeError, match="ChatCompletionDeleted"):
        _ = chat.ChatCompletionDeleted


def test_the_originals_names_are_there():
    names = {name for name in vars(original) if name[0].isupper() and isinstance(name, str)}

    assert names - ELSEWHERE <= set(chat.__all__)
