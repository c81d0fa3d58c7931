"""What the model said."""

import openai.types.chat as original
import openai.types.chat.chat_completion_message as message
import pytest

from dragoman.openai.types.chat import chat_completion_message
from openai_shapes import same_fields


@pytest.mark.parametrize(
    "theirs",
    [
        message.ChatCompletionMessage, message.Annotation, message.AnnotationURLCitation, message.FunctionCall,
        original.ChatCompletionAudio, original.ChatCompletionMessageFunctionToolCall,
        original.ChatCompletionMessageCustomToolCall,
    ],
)  # fmt: skip
def test_the_fields_are_the_originals(theirs):
    assert same_fields(getattr(chat_completion_message, theirs.__name__), theirs)


def test_a_call_is_that_of_a_function_unless_it_says_otherwise():
    calls = [{"id": "1", "function": {"name": "f"}}, {"id": "2", "type": "custom", "custom": {"name": "g"}}]
    first, second = chat_completion_message.ChatCompletionMessage.received({"tool_calls": calls}).tool_calls

    assert (first.function.name, second.custom.name) == ("f", "g")
