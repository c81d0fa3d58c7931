"""Tokens that nobody counts are guessed by the bytes of what is said."""

import pytest

from dragoman.cost.estimate import answer_tokens, prompt_tokens
from dragoman.wire.completion import read_completion

WORDS = {"role": "user", "content": "word " * 400}


def test_a_prompt_is_estimated_from_its_texts_and_not_from_its_pictures():
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 1_000_000}}
    parts = {"role": "user", "content": [{"type": "text", "text": WORDS["content"]}]}

    assert 450 < prompt_tokens({"messages": [WORDS]}) < 550
    assert prompt_tokens({"messages": [parts]}) == prompt_tokens({"messages": [WORDS]})
    assert prompt_tokens({"messages": [{"role": "user", "content": [picture]}]}) < 2000


def test_tools_and_calls_of_them_count():
    tools = [{"type": "function", "function": {"name": "f" * 400}}]

    assert prompt_tokens({"messages": [WORDS], "tools": tools}) > 550
    assert prompt_tokens({"messages": [{"role": "assistant", "content": "\ud800", "tool_calls": [{"id": "c"}]}]}) > 4


def test_anthropics_system_counts_as_the_message_it_is():
    system = prompt_tokens({"system": "word " * 400, "messages": [WORDS]})

    assert system == prompt_tokens({"messages": [{"role": "system", "content": "word " * 400}, WORDS]})


LONG = "word " * 4000


@pytest.mark.parametrize(
    "request_",
    [
        {"messages": [WORDS], "anthropic": {"system": LONG}},
        {"messages": [WORDS], "anthropic": {"system": [{"type": "text", "text": LONG}]}},
        {"messages": [WORDS], "responses": {"instructions": LONG}},
        {"messages": [WORDS | {"responses": [{"type": "message", "role": "user", "content": LONG}]}]},
        {"messages": [WORDS | {"responses": [{"type": "web_search_call", "action": {"sources": [LONG]}}]}]},
        {"messages": [WORDS | {"anthropic_content": [{"type": "redacted_thinking", "data": LONG}]}]},
        {"messages": [WORDS | {"reasoning_content": LONG}]},
        {"messages": [WORDS | {"content": [{"type": "search_result", "content": [{"type": "text", "text": LONG}]}]}]},
    ],
)
def test_what_is_said_beside_the_content_or_for_one_api_alone_counts(request_):
    assert prompt_tokens(request_) > 5000


def test_instructions_that_are_the_first_message_as_well_count_once():
    said = {"messages": [{"role": "system", "content": LONG, "responses": []}], "responses": {"instructions": LONG}}

    assert prompt_tokens(said) < 6000


def test_pictures_for_one_api_alone_are_taken_for_what_others_are():
    shown = {"type": "tool_result", "content": [{"type": "image", "source": {"data": "A" * 1_000_000}}]}
    drawn = {"type": "image_generation_call", "result": "A" * 1_000_000}

    assert prompt_tokens({"messages": [{"role": "user", "content": [shown], "responses": [drawn]}]}) < 3000


def test_a_request_without_messages_has_no_prompt():
    assert prompt_tokens({}) == 0


def test_an_answer_is_estimated_from_all_its_choices_and_calls():
    said = read_completion(
        b'{"choices":[{"message":{"content":"12345678"}},{"message":{"tool_calls":[{"id":"call_1","type":"function",'
        b'"function":{"name":"find","arguments":"{}"}}]}}]}'
    )

    assert 10 < answer_tokens(said) < 40
