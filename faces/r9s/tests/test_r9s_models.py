"""The models of `r9s` as programs use them, and the client that the environment makes."""

import pytest

import r9s
from r9s import UNSET, errors, models
from r9s.client import R9S

ANSWER = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Monet"}, "finish_reason": "stop"}],
}


def test_a_message_reads_compares_and_copies_like_the_original():
    message = models.Message(role="user", content="x")

    assert repr(message) == (
        "Message(role='user', content='x', name=None, reasoning_content=None, tool_calls=None, tool_call_id=None)"
    )
    assert message == models.Message.model_validate({"role": "user", "content": "x"})
    assert message != models.Message(role="user", content="y")
    assert message.model_copy(update={"content": "y"}).content == "y"
    assert message.model_dump() == {"role": "user", "content": "x"}
    assert models.Message(role="user").content is UNSET


def test_an_answer_goes_into_the_next_request_as_it_is():
    answer = models.ChatCompletionResponse.model_validate(
        ANSWER | {"choices": [ANSWER["choices"][0] | {"message": {"role": "assistant", "content": "x", "vendor": 1}}]}
    )
    request = models.ChatCompletionRequest(model="m", messages=[answer.choices[0].message])

    assert request.to_wire()["messages"] == [{"role": "assistant", "content": "x", "vendor": 1}]


@pytest.mark.parametrize(
    ("model", "field", "word"),
    [
        (models.Message, "role", "developer"),
        (models.ChatCompletionRequest, "service_tier", "flex"),
        (models.MessageContent, "type", "file"),
        (models.Audio, "voice", "sage"),
    ],
)
def test_words_that_are_new_are_kept(model, field, word):
    least = {"model": "m", "messages": [], "role": "user", "type": "text"} | {field: word}

    assert getattr(model.model_validate(least), field) == word


def test_constants_under_both_their_names():
    answer = models.ChatCompletionResponse.model_validate(ANSWER)

    assert (answer.OBJECT, answer.model_dump(by_alias=True)["object"]) == ("chat.completion", "chat.completion")
    assert models.Two().model_dump(by_alias=True)["type"] == "function"


def test_every_error_is_under_one_class():
    raised = [getattr(errors, name) for name in errors.__all__ if name.endswith("Error") and "Schemas" not in name]

    assert all(issubclass(one, errors.R9SError) for one in raised if issubclass(one, Exception))
    assert str(errors.NoResponseError()) == "No response received"


def test_a_client_of_the_environment(monkeypatch):
    with pytest.raises(ValueError, match="R9S_API_KEY is not set"):
        R9S.from_env()
    monkeypatch.setenv("R9S_API_KEY", "k")
    assert isinstance(R9S.from_env(), r9s.R9S)
    assert repr(R9S.from_env()) == "R9S('https://api.r9s.ai/v1')"
    monkeypatch.setenv("DRAGOMAN_BASE_URL", "http://127.0.0.1:8000/v1")
    assert repr(R9S.from_env()) == "R9S('http://127.0.0.1:8000/v1')"
    monkeypatch.setenv("R9S_BASE_URL", "https://example.org/v1")
    assert repr(R9S.from_env()) == "R9S('https://example.org/v1')"
    assert repr(R9S.from_env(server_url="https://example.com/v1")) == "R9S('https://example.com/v1')"
