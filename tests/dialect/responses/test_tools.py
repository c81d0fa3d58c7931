import pytest

from dragoman.dialect.responses.tools import choice, choice_of, tool, tool_of

HELD = {"type": "object", "properties": {"city": {"type": "string"}}}
GRAMMAR = {"syntax": "lark", "definition": "start: /x/"}
FORMS = {
    "a function": (
        {"type": "function", "name": "f", "description": "d", "parameters": HELD, "strict": True},
        {"type": "function", "function": {"name": "f", "description": "d", "parameters": HELD, "strict": True}},
    ),
    "free text": ({"type": "custom", "name": "x"}, {"type": "custom", "custom": {"name": "x"}}),
    "what a grammar allows": (
        {"type": "custom", "name": "x", "description": "d", "format": {"type": "grammar"} | GRAMMAR},
        {
            "type": "custom",
            "custom": {"name": "x", "description": "d", "format": {"type": "grammar", "grammar": GRAMMAR}},
        },
    ),
    "more than chat can say": (
        {"type": "function", "name": "f", "parameters": HELD, "defer_loading": True},
        {"type": "function", "function": {"name": "f", "parameters": HELD}, "responses": {"defer_loading": True}},
    ),
    "a server's own": (
        {"type": "web_search", "filters": {"allowed_domains": ["a.test"]}},
        {"type": "web_search", "filters": {"allowed_domains": ["a.test"]}},
    ),
}


@pytest.mark.parametrize(("theirs", "ours"), FORMS.values(), ids=FORMS)
def test_a_tool_in_chats_form_and_back(theirs, ours):
    assert tool_of(theirs) == ours
    assert tool(ours) == theirs


def test_what_is_null_says_nothing():
    assert tool_of({"type": "function", "name": "f", "parameters": None, "strict": None, "async": None}) == {
        "type": "function",
        "function": {"name": "f"},
    }


CHOICES = {
    "a word": ("required", "required"),
    "a function": ({"type": "function", "name": "f"}, {"type": "function", "function": {"name": "f"}}),
    "a custom tool": ({"type": "custom", "name": "x"}, {"type": "custom", "custom": {"name": "x"}}),
    "a server's own": ({"type": "mcp", "server_label": "s"}, {"type": "mcp", "server_label": "s"}),
    "some": (
        {
            "type": "allowed_tools",
            "mode": "auto",
            "tools": [{"type": "function", "name": "f"}, {"type": "image_generation"}],
        },
        {
            "type": "allowed_tools",
            "allowed_tools": {
                "mode": "auto",
                "tools": [{"type": "function", "function": {"name": "f"}}, {"type": "image_generation"}],
            },
        },
    ),
}


@pytest.mark.parametrize(("theirs", "ours"), CHOICES.values(), ids=CHOICES)
def test_a_choice_in_chats_form_and_back(theirs, ours):
    assert choice_of(theirs) == ours
    assert choice(ours) == theirs


def test_mistrals_word_for_a_choice_is_said_as_this_apis():
    assert choice("any") == "required"
