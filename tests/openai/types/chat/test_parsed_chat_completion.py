"""Finished answers, parsed."""

from dataclasses import dataclass

import openai.types.chat as original
import pytest

from dragoman.openai.types.chat import parsed_chat_completion
from openai_shapes import same_fields


@dataclass
class Painter:
    name: str


@pytest.mark.parametrize(
    "name",
    ["ParsedChatCompletion", "ParsedChoice", "ParsedChatCompletionMessage", "ParsedFunctionToolCall", "ParsedFunction"],
)
def test_the_fields_are_the_originals(name):
    assert same_fields(getattr(parsed_chat_completion, name), getattr(original, name))


def test_a_programs_own_value_is_dumped_too():
    call = {
        "id": "1",
        "type": "function",
        "function": {"name": "f", "arguments": "", "parsed_arguments": Painter("Manet")},
    }
    message = {"role": "assistant", "content": "", "parsed": Painter("Monet"), "tool_calls": [call]}
    made = parsed_chat_completion.ParsedChatCompletion[Painter].received(
        {"choices": [{"index": 0, "message": message}]}
    )

    assert made.choices[0].message.parsed == Painter("Monet")
    dumped = made.to_dict()["choices"][0]["message"]
    assert dumped["parsed"] == {"name": "Monet"}
    assert dumped["tool_calls"][0]["function"]["parsed_arguments"] == {"name": "Manet"}
    assert '"parsed":{"name":"Monet"}' in made.model_dump_json()
