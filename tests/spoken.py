"""Anthropic's Messages API as its server speaks it: messages, the events they are streamed as, and what those add up to."""

import copy
import json

import hypothesis.strategies as st
from msgspec.structs import replace

from dragoman.transport.blocking import BlockingTransport

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-opus-4-5",
    "content": [
        {"type": "thinking", "thinking": "A painter…", "signature": "c2ln"},
        {"type": "text", "text": "Monet"},
        {"type": "tool_use", "id": "toolu_1", "name": "look_up", "input": {"who": "Monet"}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {
        "input_tokens": 3,
        "cache_creation_input_tokens": 2,
        "cache_read_input_tokens": 7,
        "output_tokens": 5,
        "service_tier": "standard",
    },
}

TEXT = MESSAGE | {"content": [{"type": "text", "text": "Monet"}], "stop_reason": "end_turn"}

OVERLOADED = {
    "type": "error",
    "error": {"type": "overloaded_error", "message": "Overloaded"},
    "request_id": "req_9",
}

_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)
_JSON = st.dictionaries(
    st.sampled_from("abc"),
    st.none() | st.integers(-9, 9) | st.booleans() | _WORDS | st.lists(st.integers(0, 3)),
    max_size=3,
)
CITATION = st.fixed_dictionaries(
    {
        "type": st.just("char_location"),
        "cited_text": _WORDS,
        "document_index": st.integers(0, 3),
        "start_char_index": st.just(0),
    }
)
TEXTS = st.fixed_dictionaries(
    {"type": st.just("text"), "text": _WORDS}, optional={"citations": st.lists(CITATION, min_size=1, max_size=2)}
)
THOUGHTS = st.fixed_dictionaries({"type": st.just("thinking"), "thinking": _WORDS | st.just(""), "signature": _WORDS})
REDACTED = st.fixed_dictionaries({"type": st.just("redacted_thinking"), "data": _WORDS})
SEARCHES = st.fixed_dictionaries(
    {
        "type": st.just("server_tool_use"),
        "id": st.just("srvtoolu_1"),
        "name": st.just("web_search"),
        "input": _JSON.filter(bool),
    }
)
FOUND = st.fixed_dictionaries(
    {
        "type": st.just("web_search_tool_result"),
        "tool_use_id": st.just("srvtoolu_1"),
        "content": st.lists(st.fixed_dictionaries({"type": st.just("web_search_result"), "url": _WORDS}), max_size=2),
    }
)


def uses(number):
    return st.fixed_dictionaries(
        {
            "type": st.just("tool_use"),
            "id": st.just(f"toolu_{number}"),
            "name": st.sampled_from(["f", "g"]),
            "input": _JSON,
        },
        optional={"caller": st.just({"type": "direct"}), "toolset_name": st.just("browser")},
    )


@st.composite
def blocks(draw):
    """What an assistant said: thoughts, texts, searches, in any order, and calls among them."""
    said = draw(st.lists(st.one_of(TEXTS, THOUGHTS, REDACTED, SEARCHES, FOUND), max_size=4))
    calls = [draw(uses(number)) for number in range(draw(st.integers(0, 3)))]
    return draw(st.permutations(said + calls)) if draw(st.booleans()) else said + calls


MESSAGES = blocks().map(lambda content: MESSAGE | {"content": content})


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.floats(0, 2) | st.sampled_from(["", "x", "tool_use", "text", "base64"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "text", "name", "content", "index"]), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip
"""Any small piece of JSON, of words that mean something here."""


@st.composite
def broken(draw, objects):
    """One of some JSON objects, with one value somewhere in it replaced, or left out."""
    made = copy.deepcopy(draw(objects))
    at = made
    while True:
        step = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if isinstance(at[step], dict | list) and at[step] and draw(st.integers(0, 3)):
            at = at[step]
        elif draw(st.booleans()) and isinstance(at, dict):
            del at[step]
            return made
        else:
            at[step] = draw(ANYTHING)
            return made


def meant(content):
    """Blocks without what they mean anyway: a call is the model's own unless it says otherwise."""
    return [{n: v for n, v in block.items() if (n, v) != ("caller", {"type": "direct"})} for block in content]


def cut(text, size):
    return [text[at : at + size] for at in range(0, len(text), size)]


def events_of(message, size=3):
    """The events that a message is streamed as, its texts in pieces of so many characters."""
    yield {
        "type": "message_start",
        "message": message | {"content": [], "stop_reason": None, "usage": message["usage"] | {"output_tokens": 1}},
    }
    yield {"type": "ping"}
    for index, block in enumerate(message["content"]):
        yield from _block(index, block, size)
    delta = {name: message[name] for name in ("stop_reason", "stop_sequence", "stop_details") if name in message}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": message["usage"]["output_tokens"]}}
    yield {"type": "message_stop"}


def _block(index, block, size):
    start, deltas = dict(block), []
    kind = block["type"]
    if kind in {"text", "thinking"}:
        start[kind] = ""
        deltas += [{"type": f"{kind}_delta", kind: piece} for piece in cut(block[kind], size)]
    if "signature" in block:
        start["signature"] = ""
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    if "input" in block:
        start["input"] = {}
        # As the API does: an empty piece first, and nothing else for a call without arguments.
        written = json.dumps(block["input"], separators=(",", ":"), ensure_ascii=False) if block["input"] else ""
        deltas += [{"type": "input_json_delta", "partial_json": piece} for piece in ["", *cut(written, size)]]
    if "citations" in block:
        start["citations"] = []
        deltas += [{"type": "citations_delta", "citation": each} for each in block["citations"]]
    yield {"type": "content_block_start", "index": index, "content_block": start}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def on_the_wire(event):
    """An event as the server sends it."""
    return b"event: %s\ndata: %s\n\n" % (event["type"].encode(), json.dumps(event).encode())


def added_up(events, *, strict=True):
    """The message that events add up to, by the rules of the API's reference; order and indexes are looked at.

    Not `strict`, a call's input may be no JSON, and a delta of another kind than its block.
    """
    first, *rest = events
    assert first["type"] == "message_start"
    message = json.loads(json.dumps(first["message"]))
    opened, pieces, ended = None, "", False
    for event in rest:
        assert not ended, "nothing follows message_stop"
        match event["type"]:
            case "content_block_start":
                assert opened is None
                assert event["index"] == len(message["content"])
                opened, pieces = dict(event["content_block"]), ""
                message["content"].append(opened)
            case "content_block_delta":
                assert event["index"] == len(message["content"]) - 1
                pieces += _grow(opened, event["delta"]) if strict else ""
            case "content_block_stop":
                assert event["index"] == len(message["content"]) - 1
                if pieces:
                    opened["input"] = json.loads(pieces)
                opened = None
            case "message_delta":
                assert opened is None
                message |= event["delta"]
                message["usage"] |= event["usage"]
            case "message_stop":
                ended = True
            case kind:
                assert kind == "ping"
    assert ended
    return message


def _grow(block, delta):
    match delta["type"]:
        case "input_json_delta":
            return delta["partial_json"]
        case "citations_delta":
            block.setdefault("citations", []).append(delta["citation"])
        case kind:
            name = kind.removesuffix("_delta")
            block[name] = block.get(name, "") + delta[name]
    return ""


class Answered:
    """The head of a stream's answer."""

    status = 200
    headers = {"content-type": "text/event-stream"}  # noqa: RUF012 - as an answer holds them

    def close(self):
        pass

    finish = close


class Elsewhere:
    """A transport that takes what is meant for Anthropic's host to a server of the test's own."""

    def __init__(self, address, transport=None):
        self._address = address
        self._transport = transport or BlockingTransport()

    def send(self, request, until):
        path = request.url.removeprefix("https://api.anthropic.com")
        assert path != request.url
        return self._transport.send(replace(request, url=self._address + path), until)

    def close(self):
        self._transport.close()
