import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.dialect.responses.items import items_of, message_of
from dragoman.wire.check import check_request

TEXT = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hm. "}]}
THOUGHT = {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "so?"}]}
CALL = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": '{"x":1}'}
PATCH = {"type": "custom_tool_call", "call_id": "c2", "name": "patch", "input": "*** Begin"}
SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}}


def test_items_in_the_usual_order_are_a_message_and_back():
    message = message_of([THOUGHT, TEXT, CALL, PATCH])

    assert message == {
        "role": "assistant",
        "content": "Hm. ",
        "reasoning_content": "so?",
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}},
            {"id": "c2", "type": "custom", "custom": {"name": "patch", "input": "*** Begin"}},
        ],
    }
    assert items_of(message) == [THOUGHT, TEXT, CALL, PATCH]


def test_a_refusal_is_one():
    refused = {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}
    message = message_of([refused])

    assert message == {"role": "assistant", "content": None, "refusal": "No."}
    assert items_of(message) == [refused]


def test_what_a_message_has_no_place_for_stands_beside_it_without_saying_a_text_twice():
    cited = {"type": "output_text", "text": "It is.", "annotations": [{"type": "url_citation", "url": "u"}]}
    thought = {
        "type": "reasoning", "id": "rs_1", "encrypted_content": "gAAA",
        "summary": [{"type": "summary_text", "text": "one"}, {"type": "summary_text", "text": "two"}],
    }  # fmt: skip
    said = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [cited]}
    items = [thought, SEARCH, said, CALL | {"id": "fc_1"}, TEXT]
    message = message_of(items)

    assert message["content"] == "It is.Hm. "
    assert message["reasoning_content"] == "one\n\ntwo"
    assert message["responses"] == [
        {
            "type": "reasoning", "id": "rs_1", "encrypted_content": "gAAA",
            "summary": [{"type": "summary_text", "characters": 3}, {"type": "summary_text", "characters": 3}],
        },
        SEARCH,
        said | {"content": [{"type": "output_text", "annotations": cited["annotations"], "characters": 6}]},
        {"type": "function_call", "id": "fc_1", "call_id": "c1"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "characters": 4}]},
    ]  # fmt: skip
    assert items_of(message) == items


def test_what_the_model_thought_is_read_before_its_summary():
    thought = THOUGHT | {"id": "rs_1", "summary": [{"type": "summary_text", "text": "short"}]}
    message = message_of([thought])

    assert message["reasoning_content"] == "so?"
    assert items_of(message) == [thought]


def test_a_message_that_was_changed_says_what_it_says_now():
    said = TEXT | {"id": "msg_1"}
    thought = THOUGHT | {"id": "rs_1"}
    message = message_of([thought, said, CALL | {"id": "fc_1"}])
    other = {"id": "c9", "type": "function", "function": {"name": "g", "arguments": "{}"}}

    assert items_of(message | {"content": "Otherwise."}) == [
        thought,
        TEXT | {"content": [{"type": "output_text", "text": "Otherwise."}]},
        CALL | {"id": "fc_1"},
    ]
    assert items_of(message | {"reasoning_content": "what?"})[0] == said
    assert items_of(message | {"tool_calls": [other]}) == [
        thought,
        said,
        {"type": "function_call", "call_id": "c9", "name": "g", "arguments": "{}"},
    ]


def test_reasoning_that_is_encrypted_stays_where_nobody_repeats_its_text():
    thought = THOUGHT | {"id": "rs_1", "encrypted_content": "gAAA"}
    message = message_of([thought, TEXT])

    assert items_of({**message, "reasoning_content": None}) == [thought | {"content": []}, TEXT]


@pytest.mark.parametrize(
    ("message", "items"),
    [
        ({"role": "assistant", "content": ""}, []),
        ({"role": "assistant", "reasoning": "so?", "content": "Hm. "}, [THOUGHT, TEXT]),
        ({"role": "assistant", "content": [{"type": "text", "text": "Hm. "}]}, [TEXT]),
        ({"role": "assistant", "content": "Hm. ", "responses": "nonsense"}, [TEXT]),
        ({"role": "assistant", "content": "Hm. ", "responses": [{"content": [{"characters": "all"}]}]}, [TEXT]),
    ],
)
def test_messages_of_others_have_items_too(message, items):
    assert [item for item in items_of(message) if item.get("type")] == items


IDS = st.sampled_from(["", "a", "b"]).map(lambda name: {"id": name} if name else {})
TEXTS = st.text("aé\n", max_size=3)


def message(parts):
    return {"type": "message", "role": "assistant", "content": parts}


def part(kind, field):
    return TEXTS.map(lambda text: {"type": kind, field: text})


def parts(kind):
    return st.lists(part(kind, "text"), max_size=2)


CONTENT = st.lists(part("output_text", "text") | part("refusal", "refusal"), max_size=3)
REASONING = st.builds(
    lambda content, summary, more: {"type": "reasoning", "content": content, "summary": summary} | more,
    parts("reasoning_text"), parts("summary_text"), st.sampled_from([{}, {"encrypted_content": "x"}]),
)  # fmt: skip
ITEMS = st.lists(
    st.builds(
        lambda item, more: item | more,
        CONTENT.map(message) | REASONING | st.sampled_from([CALL, PATCH, SEARCH]),
        IDS,
    ),
    max_size=6,
).map(lambda items: [item | ({"call_id": str(at)} if "call_id" in item else {}) for at, item in enumerate(items)])


@given(ITEMS)
def test_any_items_are_a_message_and_back(items):
    made = message_of(items)

    assert items_of(made) == items
    if made.keys() - {"role", "content", "responses"} or made["content"] is not None:
        check_request({"model": "m", "messages": [made]})
