"""A chunk as a reader of a stream sees it: every documented field, and whatever else came with it."""

import copy
import json
import pickle

import msgspec
import pytest

from dragoman.wire.chunk import Chunk, ChunkChoice, Delta, read_chunk

WHOLE = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 1700000000,
    "model": "gpt-x",
    "service_tier": "default",
    "system_fingerprint": "fp_1",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "delta": {
                "role": "assistant",
                "content": "Mo",
                "refusal": "no",
                "reasoning_content": "hm",
                "reasoning": "well",
                "tool_calls": [
                    {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "{"}},
                    {"index": 1, "id": "b", "type": "custom", "custom": {"name": "g", "input": "x"}},
                ],
                "function_call": {"name": "old", "arguments": "{"},
                "audio": {"id": "audio_1", "data": "AA", "transcript": "Mo", "expires_at": 1700003600},
            },
            "logprobs": {"content": [{"token": "Mo", "logprob": -0.5, "bytes": [77], "top_logprobs": []}]},
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}


def read(document):
    return read_chunk(json.dumps(document).encode())


def test_every_documented_field_is_read_under_its_own_name():
    chunk = read(WHOLE)
    choice = chunk.choices[0]
    delta = choice.delta

    assert (chunk.id, chunk.object, chunk.created, chunk.model) == (
        "chatcmpl-1",
        "chat.completion.chunk",
        1700000000,
        "gpt-x",
    )
    assert (chunk.service_tier, chunk.system_fingerprint, chunk.usage.total_tokens) == ("default", "fp_1", 3)
    assert (choice.index, choice.finish_reason, choice.logprobs.content[0].token) == (0, "stop", "Mo")
    assert (delta.role, delta.content, delta.refusal) == ("assistant", "Mo", "no")
    assert (delta.reasoning_content, delta.reasoning) == ("hm", "well")
    assert [(call.index, call.id, call.type) for call in delta.tool_calls] == [(0, "a", "function"), (1, "b", "custom")]
    assert (delta.tool_calls[0].function.name, delta.tool_calls[0].function.arguments) == ("f", "{")
    assert (delta.tool_calls[1].custom.name, delta.tool_calls[1].custom.input) == ("g", "x")
    assert (delta.function_call.name, delta.function_call.arguments) == ("old", "{")
    assert (delta.audio.id, delta.audio.data, delta.audio.transcript, delta.audio.expires_at) == (
        "audio_1",
        "AA",
        "Mo",
        1700003600,
    )


def test_padding_against_eavesdroppers_is_left_to_extra():
    assert read({"choices": [], "obfuscation": "a1b2"}).extra == {"obfuscation": "a1b2"}


def test_the_text_is_that_of_the_first_choice():
    other, first = {"index": 1, "delta": {"content": "B"}}, {"index": 0, "delta": {"content": "A"}}

    assert read({"choices": [other, first]}).text == "A"
    assert read({"choices": [other]}).text == ""
    assert read({"choices": []}).text == ""
    assert read({"choices": [{"index": 0, "delta": {"role": "assistant"}}]}).text == ""


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"choices": None},
        {"choices": [None]},
        {"choices": [{"index": 0, "delta": None}]},
        {"choices": [{"index": None, "delta": {"content": None, "tool_calls": None, "role": None}}]},
        {"choices": [{"delta": {"tool_calls": [{"index": None, "id": None, "function": None}]}}], "usage": None},
        {"id": None, "object": None, "created": None, "model": None, "choices": [], "service_tier": None},
    ],
)
def test_anything_may_be_null_or_missing(document):
    chunk = read(document)

    assert chunk.text == ""
    assert chunk.id == ""
    assert chunk.to_dict() == document


@pytest.mark.parametrize(
    "again",
    [
        lambda chunk: pickle.loads(pickle.dumps(chunk)),
        copy.copy,
        copy.deepcopy,
        lambda chunk: read_chunk(chunk.to_json()),
    ],
)
def test_nothing_received_is_lost(again):
    document = WHOLE | {"x_groq": {"id": "r1"}, "choices": [WHOLE["choices"][0] | {"native_finish_reason": "STOP"}]}

    chunk = again(read(document))

    assert chunk == read(document)
    assert chunk.to_dict() == document
    assert chunk.extra == {"x_groq": {"id": "r1"}}


def test_a_chunk_made_here_is_one_that_strict_readers_accept():
    chunk = Chunk(id="c1", model="m", choices=(ChunkChoice(delta=Delta(content="x")),))

    assert chunk.to_dict() == {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": "x"}}],
    }
    assert read_chunk(chunk.to_json()) == chunk


@pytest.mark.parametrize("text", [b"[]", b"null", b'"text"', b"1", b"", b'{"choices":', b"[DONE]"])
def test_what_is_no_json_object_is_refused(text):
    with pytest.raises(msgspec.DecodeError):
        read_chunk(text)


def test_text_cut_inside_a_character_is_mended_and_read():
    chunk = read_chunk(b'{"choices":[{"index":0,"delta":{"content":"caf\xc3"}}]}')

    assert chunk.text == "caf\ufffd"
    assert chunk.to_dict()["choices"][0]["delta"]["content"] == "caf\ufffd"


@pytest.mark.parametrize(
    "where",
    [
        {"x_groq": {"usage": {"prompt_tokens": 5, "completion_tokens": "7"}}},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": {"prompt_tokens": 5, "completion_tokens": 7}}]},
    ],
    ids=["groq", "moonshot"],
)  # fmt: skip
def test_the_usage_is_found_where_vendors_put_it(where):
    received = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]} | where
    chunk = read_chunk(json.dumps(received).encode())

    assert (chunk.usage.prompt_tokens, chunk.usage.completion_tokens) == (5, 7)
    assert chunk.to_dict() == received
    assert pickle.loads(pickle.dumps(chunk)).usage == chunk.usage
