"""The models of `atoma_sdk` as programs use them."""

import atoma_sdk
from atoma_sdk import UNSET, models

CHUNK = {"id": "c1", "created": 1, "model": "m", "choices": [{"index": 0, "delta": {"content": "x"}}]}


def test_a_message_reads_compares_and_copies_like_the_original():
    message = models.ChatCompletionMessage(role="user", content="x")

    assert repr(message) == "ChatCompletionMessage(content='x', role='user', name=Unset())"
    assert message == models.ChatCompletionMessage.model_validate({"role": "user", "content": "x"})
    assert message != models.ChatCompletionMessage(role="user", content="y")
    assert message.model_copy(update={"name": "n"}).name == "n"
    assert message.model_dump() == {"content": "x", "role": "user"}
    assert models.ChatCompletionMessage(role="user", content="x", name=None).model_dump()["name"] is None


def test_what_was_not_sent_reads_as_false():
    event = models.ChatCompletionStreamResponse.model_validate({"data": CHUNK})

    assert event.data.choices[0].delta.role is UNSET
    assert not event.data.choices[0].finish_reason
    assert (event.data.usage, event.data.object) == (None, None)


def test_an_answer_s_message_goes_into_the_next_request_as_it_is():
    message = models.ChatCompletionMessage.received({"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]})
    request = models.CreateChatCompletionRequest(model="m", messages=[message])

    assert request.to_wire()["messages"] == [{"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}]


def test_the_models_are_on_the_root_too():
    assert all(getattr(atoma_sdk, name) is getattr(models, name) for name in models.__all__)


def test_errors_compare_by_what_they_say():
    assert models.APIError("a", 400, "b") == models.APIError("a", 400, "b")
    assert models.APIError("a", 400, "b") != models.APIError("a", 401, "b")
    assert str(models.APIError("a")) == "a: Status -1"
