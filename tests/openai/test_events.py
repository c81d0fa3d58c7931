"""What events can do."""

from dataclasses import dataclass

from dragoman.openai.events import (
    ChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent,
    FunctionToolCallArgumentsDeltaEvent,
    LogprobsContentDoneEvent,
)
from dragoman.openai.types.chat import ChatCompletionChunk, ChatCompletionTokenLogprob, ParsedChatCompletion


@dataclass
class Painter:
    name: str


def test_a_snapshot_is_put_together_when_it_is_looked_at():
    looked = []

    def snapshot():
        looked.append(True)
        return ParsedChatCompletion.received({"id": "c"})

    event = ChunkEvent(ChatCompletionChunk.received({"id": "c"}), snapshot)
    assert not looked
    assert event.snapshot.id == "c"
    assert event.to_dict() == {"chunk": {"id": "c"}, "snapshot": {"id": "c"}, "type": "chunk"}


def test_the_value_so_far_is_there_only_where_a_type_was_asked_for():
    assert ContentDeltaEvent("1", "[1", _typed=True).parsed == [1]
    assert ContentDeltaEvent("1", "[1").parsed is None
    assert FunctionToolCallArgumentsDeltaEvent("f", 0, "[1", "1", _typed=True).parsed_arguments == [1]
    assert FunctionToolCallArgumentsDeltaEvent("f", 0, "[1", "1").parsed_arguments is None


def test_an_event_is_dumped_with_all_it_shows():
    token = ChatCompletionTokenLogprob.received({"token": "x"})

    assert ContentDeltaEvent("1", "[1", _typed=True).model_dump() == {
        "delta": "1", "snapshot": "[1", "parsed": [1], "type": "content.delta",
    }  # fmt: skip
    assert ContentDoneEvent("x", Painter("Monet")).to_dict()["parsed"] == {"name": "Monet"}
    assert LogprobsContentDoneEvent([token]).to_dict()["content"] == [{"token": "x"}]


def test_an_event_is_shown_without_what_is_worked_out():
    assert repr(ContentDeltaEvent("a", "b")) == "ContentDeltaEvent(delta='a', snapshot='b', type='content.delta')"
