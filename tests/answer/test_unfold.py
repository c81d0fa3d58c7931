"""A finished answer as the stream it could have come as. That it folds to itself again: see `test_fold`."""

import json

from hypothesis import given

from answers import CALLED, COMPLETION
from dragoman.answer.fold import fold
from dragoman.answer.unfold import unfold
from dragoman.dialect.anthropic.answer import completion as completion_of
from dragoman.dialect.anthropic.telling import Telling
from dragoman.dialect.responses.answer import completion as completed
from dragoman.dialect.responses.telling import Telling as Responding
from dragoman.wire.completion import read_completion
from responded import responses
from spoken import MESSAGES, added_up, meant


def read(document):
    return read_completion(json.dumps(document).encode())


def steps(document):
    return [chunk.to_dict() for chunk in unfold(read(document))]


def test_the_role_the_text_the_reason_and_the_usage():
    role, text, end, usage = steps(COMPLETION)

    assert role["choices"] == [{"index": 0, "finish_reason": None, "delta": {"role": "assistant"}}]
    assert text["choices"][0]["delta"] == {"content": "Monet"}
    assert end["choices"] == [{"index": 0, "finish_reason": "stop", "delta": {}}]
    assert (usage["choices"], usage["usage"]) == ([], COMPLETION["usage"])
    assert {(step["id"], step["object"], step["model"]) for step in (role, text, end, usage)} == {
        ("c1", "chat.completion.chunk", "real")
    }


def test_calls_have_the_index_that_streams_give_them():
    _, called, *_ = steps(CALLED)

    assert called["choices"][0]["delta"] == {
        "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}, "index": 0}]
    }


@given(MESSAGES)
def test_blocks_of_another_api_are_told_in_their_own_order(message):
    made = completion_of(message, 7)
    telling = Telling()
    chunks = unfold(read(made))
    events = [event for chunk in chunks for event in telling.feed(chunk)] + telling.end()

    assert meant(added_up([json.loads(data) for _, data in events])["content"]) == meant(message["content"])
    assert fold(chunks).to_dict() == made


@given(responses())
def test_items_of_the_responses_api_are_told_as_they_came(response):
    made = completed(response, 7)
    telling = Responding({"model": "m"})
    chunks = unfold(read(made))
    events = [json.loads(data) for chunk in chunks for _, data in telling.feed(chunk)]
    events += [json.loads(data) for _, data in telling.end()]

    assert [event["item"] for event in events if event["type"] == "response.output_item.done"] == response["output"]
    assert events[-1]["response"]["output"] == response["output"]
    assert fold(chunks).to_dict() == made
