import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.dialect.responses.turns import input_of, messages_of
from dragoman.errors import InvalidRequestError


def said(role, text):
    return {"type": "message", "role": role, "content": text}


def text(words):
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": words}]}


def call(name):
    return {"type": "function_call", "call_id": name, "name": "f", "arguments": "{}"}


def output(name, answer="1"):
    return {"type": "function_call_output", "call_id": name, "output": answer}


def thought(words):
    return {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": words}]}


def called(*names):
    return [{"id": name, "type": "function", "function": {"name": "f", "arguments": "{}"}} for name in names]


def answered(name):
    return {"role": "tool", "tool_call_id": name, "content": "1"}


USER = {"role": "user", "content": "u"}
SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
ORDERS = {
    "calls, then outputs": (
        [call("a"), call("b"), output("a"), output("b")],
        [{"role": "assistant", "content": None, "tool_calls": called("a", "b")}, answered("a"), answered("b")],
    ),
    "a text before its call": (
        [text("x"), call("a"), output("a")],
        [{"role": "assistant", "content": "x", "tool_calls": called("a")}, answered("a")],
    ),
    "a text between a call and its output": (
        [call("a"), text("x"), output("a")],
        [
            {
                "role": "assistant", "content": "x", "tool_calls": called("a"),
                "responses": [
                    {"type": "function_call", "call_id": "a"},
                    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "characters": 1}]},
                ],
            },
            answered("a"),
        ],
    ),
    "two texts": (
        [text("x"), text("y")],
        [{"role": "assistant", "content": "x"}, {"role": "assistant", "content": "y"}],
    ),
    "a call after an output": (
        [call("a"), output("a"), call("b"), output("b")],
        [
            {"role": "assistant", "content": None, "tool_calls": called("a")}, answered("a"),
            {"role": "assistant", "content": None, "tool_calls": called("b")}, answered("b"),
        ],
    ),
    "each text with the thought before it": (
        [thought("1"), text("x"), thought("2"), text("y")],
        [
            {"role": "assistant", "content": "x", "reasoning_content": "1"},
            {"role": "assistant", "content": "y", "reasoning_content": "2"},
        ],
    ),
    "an output that comes late": (
        [call("a"), said("user", "u"), output("a")],
        [{"role": "assistant", "content": None, "tool_calls": called("a")}, answered("a"), USER],
    ),
    "roles": (
        [said("developer", "d"), said("system", "s"), said("user", [{"type": "input_text", "text": "u"}])],
        [{"role": "developer", "content": "d"}, {"role": "system", "content": "s"}, USER],
    ),
    "what a server did, before a text": (
        [said("user", "u"), SEARCH, text("x")],
        [
            USER,
            {
                "role": "assistant", "content": "x",
                "responses": [
                    SEARCH,
                    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "characters": 1}]},
                ],
            },
        ],
    ),
    "what a server did, before a user speaks": (
        [SEARCH, said("user", "u")],
        [USER | {"responses": [SEARCH, {}]}],
    ),
    "what a server did last": (
        [text("x"), said("user", "u"), SEARCH],
        [{"role": "assistant", "content": "x"}, USER | {"responses": [{}, SEARCH]}],
    ),
    "nothing but what a server did": ([SEARCH], []),
}  # fmt: skip


@pytest.mark.parametrize(("items", "messages"), ORDERS.values(), ids=ORDERS)
def test_items_are_messages(items, messages):
    changes = []

    assert messages_of(items, changes) == messages
    assert changes == []


def test_an_output_in_pictures_follows_the_outputs_as_a_users_message():
    picture = {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "auto"}
    shown = [{"type": "input_text", "text": "see"}, picture]
    items = [call("a"), call("b"), output("a", shown), output("b")]
    changes = []
    messages = messages_of(items, changes)

    assert messages[1:] == [
        {"role": "tool", "tool_call_id": "a", "content": "see", "responses": [{"output": shown}]},
        answered("b"),
        {
            "role": "user",
            "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "auto"}}],
            "responses": [],
        },
    ]
    assert changes == ["input[2].output: what is not text follows the outputs"]
    assert input_of(messages) == items


def test_an_output_without_its_call_is_refused():
    with pytest.raises(InvalidRequestError) as caught:
        messages_of([said("user", "u"), output("a")], [])

    assert caught.value.param == "input[1].call_id"
    assert str(caught.value) == (
        "input[1].call_id is 'a', which no call before it has: this gateway keeps no responses, so send the call as well"
    )


def test_a_custom_tools_output_is_told_from_a_functions():
    custom = {"type": "custom_tool_call", "call_id": "a", "name": "x", "input": "i"}
    items = [custom, output("a") | {"type": "custom_tool_call_output"}]

    assert input_of(messages_of(items, [])) == items


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "1"},
    ],
)
def test_a_call_in_the_older_form_has_no_item(message):
    with pytest.raises(InvalidRequestError, match=r"messages\[0\] calls in the older form"):
        input_of([message])


IDS = st.sampled_from([{}, {"id": "i"}])
KINDS = st.sampled_from(
    [said("user", "u"), said("developer", "d"), text("x"), call("?"), output("?"), thought("t"), SEARCH]
)


@st.composite
def conversations(draw):
    """Items in any order, each output somewhere behind its call."""
    items, open_calls = [], []
    for at, kind in enumerate(draw(st.lists(KINDS, max_size=9))):
        item = kind | draw(IDS)
        if kind["type"] == "function_call":
            open_calls.append(str(at))
            item |= {"call_id": str(at)}
        elif kind["type"] == "function_call_output":
            if not open_calls:
                continue
            item |= {"call_id": open_calls.pop(draw(st.integers(0, len(open_calls) - 1)))}
        items.append(item)
    return items


@given(conversations())
def test_any_conversation_keeps_its_items_and_answers_calls_where_they_are_made(items):
    messages = messages_of(items, [])
    back = input_of(messages)

    if messages:
        assert sorted(map(repr, back)) == sorted(map(repr, items))
    assert messages_of(back, []) == messages
    owed = set()
    for message in messages:
        if message["role"] == "tool":
            assert message["tool_call_id"] in owed
        else:
            owed = {made["id"] for made in message.get("tool_calls", [])}
