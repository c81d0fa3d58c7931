import pytest

from dragoman.dialect.responses.check import check
from dragoman.errors import InvalidRequestError

ASKED = {"model": "m", "input": "hi"}


def said(*parts):
    return ASKED | {"input": [{"role": "user", "content": list(parts)}]}


@pytest.mark.parametrize(
    "request_",
    [
        ASKED,
        said({"type": "input_text", "text": ""}, {"type": "input_smell"}),
        ASKED | {"input": [{"type": "web_search_call"}, {"type": "something_new", "x": 1}]},
        ASKED | {"tools": [{"type": "something_new"}], "tool_choice": {"type": "something_new"}},
        ASKED | {"something_new": {"x": 1}, "background": False, "conversation": None},
    ],
)
def test_kinds_that_nobody_knows_pass(request_):
    check(request_)


KINDS = ["computer_call", "local_shell_call_output", "apply_patch_call", "compaction", "mcp_approval_response"]


@pytest.mark.parametrize("kind", KINDS)
def test_items_without_which_the_conversation_is_another_are_refused(kind):
    with pytest.raises(InvalidRequestError) as caught:
        check(ASKED | {"input": [{"role": "user", "content": "x"}, {"type": kind}]})

    assert str(caught.value) == (
        f"input[1] is a {kind}, which only a server of this API can read: leave it out, or say it as text"
    )


@pytest.mark.parametrize(
    ("chats", "ours"),
    [("messages", "input"), ("max_completion_tokens", "max_output_tokens"), ("response_format", "text.format")],
)
def test_chats_words_are_told_by_this_apis(chats, ours):
    with pytest.raises(InvalidRequestError, match=f"^{chats}: this API calls it {ours}$"):
        check(ASKED | {chats: 1})


def test_parts_are_checked_in_what_tools_answer_too():
    output = {"type": "function_call_output", "call_id": "a", "output": [{"type": "input_image"}]}
    with pytest.raises(InvalidRequestError, match=r"^input\[0\]\.output\[0\] must have an image_url or a file_id$"):
        check(ASKED | {"input": [output]})
