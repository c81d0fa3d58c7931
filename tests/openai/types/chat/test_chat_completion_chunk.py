"""Steps of a streamed answer."""

import openai.types.chat.chat_completion_chunk as original
import pytest

from dragoman.openai.types.chat import chat_completion_chunk
from openai_shapes import same_fields


@pytest.mark.parametrize(
    "name",
    [
        "ChatCompletionChunk",
        "Choice",
        "ChoiceDelta",
        "ChoiceDeltaAudio",
        "ChoiceDeltaFunctionCall",
        "ChoiceDeltaToolCall",
        "ChoiceDeltaToolCallFunction",
    ],
)
def test_the_fields_are_the_originals(name):
    assert same_fields(getattr(chat_completion_chunk, name), getattr(original, name))


def test_a_step_reads_like_the_originals():
    made = chat_completion_chunk.ChatCompletionChunk.received(
        {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "function": {"arguments": "{"}}]}}]}
    )

    assert made.choices[0].delta.tool_calls[0].function.arguments == "{"
    assert made.choices[0].delta.content is made.usage is None
