"""A completion as its user reads it: every documented field, every field nobody documented, and nothing lost."""

import copy
import json
import pickle

import msgspec
import pytest

from dragoman.wire.completion import (
    Completion,
    Message,
    PromptTokensDetails,
    ToolCall,
    Usage,
    read_completion,
)

WHOLE = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1700000000,
    "model": "gpt-x-2026-01-01",
    "metadata": {"team": "paint"},
    "service_tier": "flex",
    "system_fingerprint": "fp_1",
    "moderation": {"input": {"type": "moderation_results"}},
    "choices": [
        {
            "index": 0,
            "finish_reason": "tool_calls",
            "message": {
                "role": "assistant",
                "content": "Claude Monet",
                "refusal": "I would rather not.",
                "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"a":1}'}},
                    {"id": "call_2", "type": "custom", "custom": {"name": "say", "input": "hello"}},
                ],
                "function_call": {"name": "old", "arguments": "{}"},
                "annotations": [
                    {
                        "type": "url_citation",
                        "url_citation": {"url": "https://x", "title": "X", "start_index": 3, "end_index": 9},
                    }
                ],
                "audio": {"id": "audio_1", "expires_at": 1700003600, "data": "AAAA", "transcript": "Monet"},
                "reasoning_content": "Let me think.",
                "reasoning": "Hm.",
            },
            "logprobs": {
                "content": [
                    {
                        "token": "Mo",
                        "logprob": -0.5,
                        "bytes": [77, 111],
                        "top_logprobs": [{"token": "Ma", "logprob": -1.5, "bytes": [77, 97]}],
                    }
                ],
                "refusal": [{"token": "I", "logprob": -0.25, "bytes": None, "top_logprobs": []}],
            },
        }
    ],
    "usage": {
        "prompt_tokens": 9,
        "completion_tokens": 12,
        "total_tokens": 21,
        "prompt_tokens_details": {
            "audio_tokens": 1,
            "cached_tokens": 2,
            "cache_write_tokens": 3,
            "image_tokens": 4,
            "text_tokens": 5,
        },
        "completion_tokens_details": {
            "accepted_prediction_tokens": 1,
            "audio_tokens": 2,
            "reasoning_tokens": 3,
            "rejected_prediction_tokens": 4,
            "text_tokens": 5,
        },
    },
}


def read(document):
    return read_completion(json.dumps(document).encode())


def read_message(message):
    return read({"choices": [{"index": 0, "message": message}]}).message


def fields_read(value):
    """A Struct as plain JSON, each field by its own name."""
    if isinstance(value, msgspec.Struct):
        return {name: fields_read(getattr(value, name)) for name in value.__struct_fields__}
    return [fields_read(item) for item in value] if isinstance(value, tuple) else value


def assert_reads(found, given):
    """All that was given is found under the same name."""
    if isinstance(given, dict):
        for name, value in given.items():
            assert_reads(found[name], value)
    elif isinstance(given, list):
        assert len(found) == len(given)
        for one, other in zip(found, given, strict=True):
            assert_reads(one, other)
    else:
        assert found == given


def test_every_documented_field_is_read_under_its_own_name():
    # `moderation` is left to `extra`: a list of scores by category, which programs look up by the category's name.
    documented = {name: value for name, value in WHOLE.items() if name != "moderation"}

    assert_reads(fields_read(read(WHOLE)), documented)


def test_what_people_reach_for_first_is_near():
    completion = read(WHOLE)

    assert completion.text == "Claude Monet"
    assert completion.message is completion.choices[0].message
    assert completion.finish_reason == "tool_calls"
    assert [call.id for call in completion.tool_calls] == ["call_1", "call_2"]
    assert completion.usage.prompt_tokens_details == PromptTokensDetails(2, 3, 1, 4, 5)


def test_a_completion_without_choices_has_no_text_no_calls_and_no_reason():
    completion = read({"choices": []})

    assert (completion.text, completion.tool_calls, completion.finish_reason) == ("", (), None)


def test_a_message_without_text_or_calls_has_none():
    completion = read({"choices": [{"index": 0, "message": {"role": "assistant", "content": None}}]})

    assert (completion.text, completion.tool_calls, completion.message.content) == ("", (), None)


def nulls_in(value):
    """The same document with each of its fields null, one at a time."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield copy.copy(value) | {name: None} if isinstance(value, dict) else [None]
        for changed in nulls_in(inner):
            if isinstance(value, dict):
                yield value | {name: changed}
            else:
                yield [*value[:name], changed, *value[name + 1 :]]


def test_any_field_may_be_null():
    documents = list(nulls_in(WHOLE))

    assert len(documents) > 50
    for document in documents:
        completion = read(document)
        assert completion.to_dict() == document
        assert isinstance(completion.text, str)
        assert isinstance(completion.tool_calls, tuple)


def test_the_smallest_answers_are_read():
    assert read({}) == Completion()
    assert read({"choices": [{}]}).message == Message()
    assert read({"usage": {}}).usage == Usage()


@pytest.mark.parametrize("reason", ["stop", "length", "end_turn", "model_length", "eos", "", "未知"])
def test_a_finish_reason_may_be_any_word(reason):
    assert read({"choices": [{"message": {}, "finish_reason": reason}]}).finish_reason == reason


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"role": "model"}, "role"),
        ({"tool_calls": [{"id": "a", "type": "web_search", "web_search": {}}]}, "tool_calls"),
        ({"annotations": [{"type": "file_citation"}]}, "annotations"),
    ],
)
def test_other_enumerations_are_as_open(changed, path):
    message = read_message(changed)

    assert getattr(message, path)
    assert message.to_dict()[path] == changed[path]


STRANGE = {
    "vendor": {"a": [1, None]},
    "choices": [
        {
            "index": 0,
            "seen": True,
            "message": {"content": "x", "reasoning_details": [{"text": "hm", "signature": "s"}]},
            "logprobs": {"content": [{"token": "x", "logprob": 0, "rank": 1}]},
        }
    ],
    "usage": {"prompt_tokens": 1, "cost": 0.25, "prompt_tokens_details": {"video_tokens": 2}},
}
WAYS = {
    "as read": lambda value: value,
    "pickled": lambda value: pickle.loads(pickle.dumps(value)),
    "copied": copy.copy,
    "copied deep": copy.deepcopy,
    "as JSON": lambda value: read_completion(value.to_json()),
}


@pytest.mark.parametrize("again", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize("document", [WHOLE, STRANGE], ids=["documented", "strange"])
def test_nothing_received_is_lost(again, document):
    completion = read(document)

    twin = again(completion)

    assert twin == completion
    assert twin.to_dict() == document
    assert json.loads(twin.to_json()) == document
    assert twin.message.to_dict() == {"role": "assistant"} | document["choices"][0]["message"]


@pytest.mark.parametrize("again", [WAYS["pickled"], copy.copy, copy.deepcopy], ids=["pickled", "copied", "copied deep"])
def test_a_message_by_itself_loses_nothing_either(again):
    message = again(read(STRANGE).message)

    assert message.content == "x"
    assert message.extra == {"reasoning_details": [{"text": "hm", "signature": "s"}]}


def test_fields_without_a_name_here_are_in_extra():
    assert read(STRANGE).extra == {"vendor": {"a": [1, None]}}
    assert read(WHOLE).extra == {"moderation": WHOLE["moderation"]}
    assert read(WHOLE).message.extra == {}


def test_what_to_dict_gives_belongs_to_the_caller():
    completion = read(WHOLE)

    completion.to_dict()["choices"].clear()
    completion.message.to_dict().clear()

    assert completion.to_dict() == WHOLE
    assert completion.message.to_dict() == WHOLE["choices"][0]["message"]


def test_a_message_goes_into_the_next_request_with_all_it_came_with():
    completion = read(STRANGE)
    messages = [{"role": "user", "content": "Who?"}]

    messages.append(completion.message.to_dict())

    assert messages[1] == {
        "role": "assistant",
        "content": "x",
        "reasoning_details": [{"text": "hm", "signature": "s"}],
    }
    assert json.loads(completion.message.to_json()) == messages[1]


def test_each_choice_knows_its_own_message():
    completion = read({"choices": [None, {"index": 1, "message": {"v": "one"}}, "odd", {"message": {"v": "two"}}, {}]})

    assert [choice.message.to_dict().get("v") for choice in completion.choices] == ["one", "two", None]


def test_a_message_made_here_can_be_sent_as_it_is():
    message = Message(content="hi", tool_calls=(ToolCall("c1"),))

    assert message.to_dict()["role"] == "assistant"
    assert message.to_dict()["content"] == "hi"
    assert "refusal" not in message.to_dict()
    assert json.loads(message.to_json()) == message.to_dict()
    assert pickle.loads(pickle.dumps(message)) == message


def test_a_changed_copy_is_its_fields():
    changed = msgspec.structs.replace(read(STRANGE).message, content="y")

    assert changed.to_dict() == {"role": "assistant", "content": "y"}


def test_a_call_without_arguments_still_says_so_when_it_is_sent_back():
    (call,) = read_message(
        {"tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}]}
    ).tool_calls

    assert json.loads(msgspec.json.encode(call)) == {
        "id": "a",
        "type": "function",
        "function": {"name": "f", "arguments": ""},
    }


def test_what_was_read_cannot_be_changed():
    with pytest.raises(AttributeError):
        read(WHOLE).message.content = "forged"


@pytest.mark.parametrize("text", [b"[]", b"null", b'"text"', b"1", b"true", b"", b"{", b"<html>", b'{"a":1} x'])
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(msgspec.DecodeError):
        read_completion(text)


def test_a_long_answer_is_read_however_many_choices_it_has():
    completion = read({"choices": [{"index": n, "message": {"content": str(n)}} for n in range(128)]})

    assert [choice.message.to_dict()["content"] for choice in completion.choices] == [str(n) for n in range(128)]
