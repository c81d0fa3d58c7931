"""What every model can do."""

import copy
import pickle

import pytest

from dragoman.openai import BaseModel
from dragoman.openai.types.chat import ChatCompletion, ChatCompletionMessage

BODY = {
    "id": "c",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "x", "vendor": {"a": 1}}}],
    "created": 1,
}


def completion():
    return ChatCompletion.answered(copy.deepcopy(BODY), {"x-request-id": "r"})


def test_unknown_fields_are_attributes_at_any_depth():
    message = completion().choices[0].message

    assert message.vendor == {"a": 1}
    assert message.model_extra == {"vendor": {"a": 1}}
    assert not hasattr(message, "reasoning_content")


def test_a_model_can_be_changed():
    made = completion()
    made.choices[0].message.content = "y"
    made.choices[0].message.mine = 1
    made.choices.append(made.choices[0])

    assert made.to_dict()["choices"][1]["message"] == BODY["choices"][0]["message"] | {"content": "y", "mine": 1}


def test_a_value_of_a_wrong_type_is_refused():
    with pytest.raises(ValueError, match=r"ChatCompletionMessage\.content"):
        completion().choices[0].message.content = 7
    with pytest.raises(ValueError, match="ChatCompletionMessage has no 'role'"):
        ChatCompletionMessage(content="x")


def test_a_model_is_made_checked_and_unchecked():
    checked = ChatCompletionMessage(role="assistant", content="x")

    assert checked == ChatCompletionMessage.model_validate({"role": "assistant", "content": "x"})
    assert ChatCompletionMessage.construct(content=7).content == 7
    assert ChatCompletionMessage.model_construct(content=7).to_dict() == {"content": 7}


def test_the_older_spellings_still_work():
    message = completion().choices[0].message

    assert message.dict(exclude_none=True) == BODY["choices"][0]["message"]
    assert message.json(exclude_unset=True) == '{"content":"x","role":"assistant","vendor":{"a":1}}'
    assert message.to_dict(use_api_names=False) == BODY["choices"][0]["message"]
    assert message.model_dump(warnings=False)["content"] == "x"


def test_the_request_id_is_that_of_the_answer():
    assert completion()._request_id == "r"
    assert ChatCompletion.received(copy.deepcopy(BODY))._request_id is None
    with pytest.raises(AttributeError):
        _ = completion().choices[0]._request_id


def test_a_model_can_be_pickled_and_copied():
    made = completion()

    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == copy.copy(made) == made


def test_a_program_can_make_models_of_its_own():
    class Mine(BaseModel):
        message: "ChatCompletionMessage"
        count: int = 0

    made = Mine.received({"message": {"role": "assistant", "content": "x"}})

    assert (made.message.content, made.count) == ("x", 0)


def test_it_is_shown_as_it_could_be_written():
    made = ChatCompletionMessage.received({"role": "assistant", "content": "x"})

    assert str(made) == repr(made)
    assert repr(made).startswith("ChatCompletionMessage(content='x', refusal=None, role='assistant', ")
