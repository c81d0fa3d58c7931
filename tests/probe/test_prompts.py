"""What is said to the model can be said to any model."""

from dragoman.probe import prompts
from dragoman.wire.check import check_request


def test_the_function_is_one_that_can_be_called():
    messages = [{"role": "user", "content": prompts.WEATHER}]

    check_request({"model": "m", "messages": messages, "tools": [prompts.TOOL], "tool_choice": prompts.NAMED})
    check_request({"model": "m", "messages": messages, "functions": [prompts.FUNCTION]})


def test_the_word_that_json_mode_insists_on_is_said():
    assert "JSON" in prompts.HELLO


def test_prompts_are_short():
    assert max(map(len, (prompts.COUNT, prompts.LIST, prompts.HELLO, prompts.WEATHER, prompts.CITIES))) < 120
