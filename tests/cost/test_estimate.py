"""Tokens that nobody counts are guessed by the bytes of what is said."""

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


def test_a_request_without_messages_has_no_prompt():
    assert prompt_tokens({}) == 0


def test_an_answer_is_estimated_from_all_its_choices_and_calls():
    said = read_completion(
        b'{"choices":[{"message":{"content":"12345678"}},{"message":{"tool_calls":[{"id":"call_1","type":"function",'
        b'"function":{"name":"find","arguments":"{}"}}]}}]}'
    )

    assert 10 < answer_tokens(said) < 40
