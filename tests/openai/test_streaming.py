"""Chunks in, events out."""

from dataclasses import dataclass

import pytest

from dragoman.openai import ChatCompletionStreamState, ContentFilterFinishReasonError, LengthFinishReasonError
from dragoman.openai.tools import pydantic_function_tool
from dragoman.openai.types.chat import ChatCompletionChunk


@dataclass
class Painter:
    name: str


def chunk(index=0, finish=None, **delta):
    choice = {"index": index, "delta": delta, "finish_reason": finish}
    return ChatCompletionChunk.received({"id": "c", "object": "chat.completion.chunk", "choices": [choice]})


def call(arguments, name=None, **fields):
    return chunk(tool_calls=[fields | {"function": {"arguments": arguments} | ({"name": name} if name else {})}])


def follow(*chunks, **known):
    state = ChatCompletionStreamState(**known)
    return state, [one for each in chunks for one in state.handle_chunk(each)]


def kinds(found):
    return [one.type for one in found if one.type != "chunk"]


def test_text_grows_and_is_done_at_its_end():
    _, found = follow(chunk(content="Mo"), chunk(content="net"), chunk(finish="stop"))

    assert [one.snapshot for one in found if one.type == "content.delta"] == ["Mo", "Monet"]
    assert [one.content for one in found if one.type == "content.done"] == ["Monet"]


def test_text_is_done_when_a_call_begins():
    _, found = follow(
        chunk(content="I call"), call("{", "f", index=0, id="1"), call("}", index=0), chunk(finish="tool_calls")
    )

    arguments = "tool_calls.function.arguments"
    assert kinds(found) == [
        "content.delta",
        f"{arguments}.delta",
        "content.done",
        f"{arguments}.delta",
        f"{arguments}.done",
    ]


@pytest.mark.parametrize(
    "deltas",
    [
        [call("{", "f", index=0, id="1"), call("}", index=0), call("{}", "g", index=1, id="2")],
        [call("{", "f", index=0, id="1"), call("}", "f", index=0, id="1"), call("{}", "g", index=1, id="2")],
        [call("{", "f", id="1"), call("}"), call("{}", "g", id="2")],
        [call("{", "f", index=0, id="1"), call("}", index=0), call("{}", "g", index=0, id="2")],
        [call("{}", "f", index=0), call("{}", "g", index=0)],
        [call({}, "f", index=0, id="1"), call({}, "g", index=1, id="2")],
    ],
    ids=["as documented", "labels in each", "no index", "one index", "one index and no id", "objects"],
)
def test_calls_are_told_apart_however_they_are_spelt(deltas):
    state, found = follow(*deltas, chunk(finish="tool_calls"))

    done = [one for one in found if one.type == "tool_calls.function.arguments.done"]
    assert [(one.index, one.name, one.arguments) for one in done] == [(0, "f", "{}"), (1, "g", "{}")]
    calls = state.get_final_completion().choices[0].message.tool_calls
    assert [(each.function.name, each.function.arguments) for each in calls] == [("f", "{}"), ("g", "{}")]


def test_arguments_are_parsed_as_they_arrive():
    tool = pydantic_function_tool(Painter)
    deltas = [call('{"name":"Mo', "Painter", index=0, id="1"), call('net"}', index=0), chunk(finish="tool_calls")]
    state, found = follow(*deltas, input_tools=[tool])

    parsed = [one.parsed_arguments for one in found if one.type.startswith("tool_calls")]
    assert parsed == [{}, {"name": "Monet"}, Painter("Monet")]
    assert state.get_final_completion().choices[0].message.tool_calls[0].function.parsed_arguments == Painter("Monet")


def test_text_is_parsed_as_it_arrives():
    deltas = [chunk(content='{"name":'), chunk(content='"Monet"}'), chunk(finish="stop")]
    state, found = follow(*deltas, response_format=Painter)

    assert [one.parsed for one in found if one.type.startswith("content")] == [{}, {"name": "Monet"}, Painter("Monet")]
    assert state.get_final_completion().choices[0].message.parsed == Painter("Monet")


def test_a_snapshot_is_that_of_its_event_whenever_it_is_looked_at():
    state, found = follow(chunk(content="Mo"), chunk(content="net", vendor=1))
    snapshots = [one.snapshot for one in found if one.type == "chunk"]

    assert [each.choices[0].message.content for each in snapshots] == ["Mo", "Monet"]
    assert state.current_completion_snapshot.choices[0].message.vendor == 1


@pytest.mark.parametrize(
    ("finish", "error"), [("length", LengthFinishReasonError), ("content_filter", ContentFilterFinishReasonError)]
)
def test_an_answer_that_cannot_be_parsed_any_more_is_an_error(finish, error):
    follow(chunk(content="{"), chunk(finish=finish))
    for known in ({"response_format": Painter}, {"input_tools": [pydantic_function_tool(Painter)]}):
        with pytest.raises(error) as caught:
            follow(chunk(content="{"), chunk(finish=finish), **known)
        assert caught.value.completion.choices[0].message.content == "{"


def test_refusals_and_log_probabilities_grow_too():
    state = ChatCompletionStreamState()
    token = {"token": "n", "logprob": -1.0, "bytes": None, "top_logprobs": []}
    for text, finish in (("n", None), ("o", "stop")):
        each = chunk(refusal=text, finish=finish)
        each.choices[0].logprobs = {"refusal": [token], "content": [token]}
        found = state.handle_chunk(each)

    assert kinds(found) == [
        "refusal.delta", "logprobs.content.delta", "logprobs.refusal.delta",
        "refusal.done", "logprobs.content.done", "logprobs.refusal.done",
    ]  # fmt: skip
    assert (found[1].snapshot, len(found[3].snapshot), len(found[-1].refusal)) == ("no", 2, 2)


def test_choices_are_kept_apart():
    state, found = follow(chunk(1, content="b"), chunk(0, content="a"), chunk(0, "stop"), chunk(1, "stop"))

    assert [one.content for one in found if one.type == "content.done"] == ["a", "b"]
    assert [choice.message.content for choice in state.get_final_completion().choices] == ["a", "b"]


def test_a_chunk_without_choices_is_a_chunk():
    _, found = follow(ChatCompletionChunk.received({"id": "c", "choices": None, "usage": {"prompt_tokens": 1}}))

    assert [one.type for one in found] == ["chunk"]


def test_snapshots_may_be_looked_at_late_and_in_any_order():
    state, found = follow(chunk(content="Mo"), chunk(content="net"), chunk(finish="stop"))
    events = [one for one in found if one.type == "chunk"]

    late = [one.snapshot.choices[0].message.content for one in (*events, *reversed(events))]

    assert late == ["Mo", "Monet", "Monet", "Monet", "Monet", "Mo"]
    assert state.current_completion_snapshot.choices[0].finish_reason == "stop"


def test_a_snapshot_holds_the_text_as_the_type_as_far_as_it_is_whole_and_then_as_it():
    texts = ['{"na', 'me": "Mo', 'net"', "}"]
    state = ChatCompletionStreamState(response_format=Painter)
    seen = []
    for each in [*(chunk(content=text) for text in texts), chunk(finish="stop")]:
        state.handle_chunk(each)
        seen.append(state.current_completion_snapshot.choices[0].message.parsed)

    assert seen == [{}, {}, {"name": "Monet"}, {"name": "Monet"}, Painter("Monet")]


def test_a_snapshot_holds_each_calls_arguments_alike():
    state = ChatCompletionStreamState(input_tools=[pydantic_function_tool(Painter)])
    seen = []
    for each in [call('{"name": "Mo', "Painter", index=0, id="1"), call('net"', index=0), call("}", index=0)]:
        state.handle_chunk(each)
        seen.append(state.current_completion_snapshot.choices[0].message.tool_calls[0].function.parsed_arguments)
    state.handle_chunk(chunk(finish="tool_calls"))
    last = state.current_completion_snapshot.choices[0].message.tool_calls[0].function.parsed_arguments

    assert seen == [{}, {"name": "Monet"}, {"name": "Monet"}]
    assert last == Painter("Monet")
