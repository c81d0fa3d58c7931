"""OpenAI's Responses API as its server speaks it: responses, and the events they are streamed as."""

import copy
import json

import hypothesis.strategies as st

from spoken import cut

CITED = {"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 2}
THOUGHT = {
    "type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "A painter…"}],
    "encrypted_content": "gAAA",
}  # fmt: skip
SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}}
SAID = {
    "type": "message", "id": "msg_1", "status": "completed", "role": "assistant",
    "content": [{"type": "output_text", "text": "Monet", "annotations": [], "logprobs": []}],
}  # fmt: skip
CALLED = {
    "type": "function_call", "id": "fc_1", "status": "completed", "call_id": "call_1", "name": "look_up",
    "arguments": '{"who":"Monet"}',
}  # fmt: skip
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 5,
    "status": "completed",
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "model": "gpt-5",
    "output": [THOUGHT, SEARCH, SAID, CALLED],
    "service_tier": "default",
    "store": False,
    "tools": [],
    "usage": {
        "input_tokens": 12,
        "input_tokens_details": {"cached_tokens": 7, "cache_write_tokens": 2},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 3},
        "total_tokens": 17,
    },
}
TEXT = RESPONSE | {"output": [SAID]}
FAILED = RESPONSE | {
    "status": "failed", "output": [], "usage": None, "error": {"code": "rate_limit_exceeded", "message": "slow down"},
}  # fmt: skip

_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
_TEXTS = st.fixed_dictionaries(
    {"type": st.just("output_text"), "text": _WORDS, "annotations": st.just([])},
    optional={"logprobs": st.just([])},
) | st.fixed_dictionaries(
    {
        "type": st.just("output_text"),
        "text": _WORDS,
        "annotations": st.lists(
            st.sampled_from([CITED, {"type": "file_citation", "index": 3, "file_id": "f", "filename": "n"}]), max_size=2
        ),
        "logprobs": st.just([{"token": "x", "logprob": -1.0, "bytes": [], "top_logprobs": []}]),
    }
)
_REFUSALS = st.fixed_dictionaries({"type": st.just("refusal"), "refusal": _WORDS})
_THOUGHTS = st.lists(
    st.one_of(_WORDS, st.just("")).map(lambda text: {"type": "summary_text", "text": text}), max_size=3
)
_REASONING = st.fixed_dictionaries(
    {"type": st.just("reasoning"), "summary": _THOUGHTS}, optional={"encrypted_content": _WORDS}
)
_RAW = st.lists(_WORDS.map(lambda text: {"type": "reasoning_text", "text": text}), min_size=1, max_size=2).map(
    lambda content: {"type": "reasoning", "summary": [], "content": content}
)
_MESSAGES = st.lists(st.one_of(_TEXTS, _REFUSALS), max_size=3).map(lambda content: SAID | {"content": content})
_CALLS = st.sampled_from(["{}", '{"x":"a b"}', ""]).map(lambda given: CALLED | {"arguments": given}) | _WORDS.map(
    lambda given: {"type": "custom_tool_call", "call_id": "", "name": "x", "input": given}
)
_OTHERS = st.sampled_from([SEARCH, {"type": "mcp_list_tools", "id": "m", "tools": [{"index": 1}, {"index": 1}]}])


@st.composite
def responses(draw):
    """A response of any items in any order, each with an id of its own."""
    items = draw(st.lists(st.one_of(_REASONING, _RAW, _MESSAGES, _CALLS, _OTHERS), max_size=5))
    made = []
    for place, item in enumerate(items):
        named = item | {"id": f"{item['type']}_{place}"}
        made.append(named | ({"call_id": f"call_{place}"} if "call_id" in item else {}))
    return RESPONSE | {"output": made}


def events_of(response, size=3):
    """The events that a response is streamed as, its texts in pieces of so many characters."""
    under_way = response | {"status": "in_progress", "output": [], "usage": None}
    yield {"type": "response.created", "response": under_way}
    yield {"type": "response.in_progress", "response": under_way}
    for place, item in enumerate(response["output"]):
        yield from _item(place, item, size)
    yield {"type": f"response.{response['status']}", "response": response}


def _item(place, item, size):
    begun = copy.deepcopy(item)
    begun.pop("encrypted_content", None)
    for name in ("content", "summary"):
        begun |= {name: []} if name in item else {}
    begun |= {name: "" for name in ("arguments", "input") if name in item}
    yield {"type": "response.output_item.added", "output_index": place, "item": begun}
    at = {"output_index": place, "item_id": item.get("id")}
    for name, event, index in (
        ("summary", "reasoning_summary_text", "summary_index"),
        ("content", "reasoning_text" if item["type"] == "reasoning" else "", "content_index"),
    ):
        for number, part in enumerate(item.get(name) or []):
            field = "refusal" if part["type"] == "refusal" else "text"
            kind = event or ("refusal" if field == "refusal" else "output_text")
            begin = "reasoning_summary_part" if name == "summary" else "content_part"
            yield {"type": f"response.{begin}.added", index: number, "part": part | {field: ""}} | at
            for piece in cut(part[field], size):
                yield {"type": f"response.{kind}.delta", "delta": piece, index: number} | at
            yield {"type": f"response.{kind}.done", field: part[field], index: number} | at
    if item["type"] == "web_search_call":
        yield {"type": "response.web_search_call.searching"} | at
    for field, kind in (("arguments", "function_call_arguments"), ("input", "custom_tool_call_input")):
        for piece in cut(item.get(field, ""), size):
            yield {"type": f"response.{kind}.delta", "delta": piece} | at
        if field in item:
            yield {"type": f"response.{kind}.done", field: item[field]} | at
    yield {"type": "response.output_item.done", "output_index": place, "item": item}


def document(body):
    return json.dumps(body).encode()
