import pytest

from dragoman.dialect.responses.output import annotation, logprob, reasoning, stamped, text_part

CALL = {"type": "function_call", "call_id": "", "name": "f", "arguments": "{}"}


def test_an_item_has_an_id_and_says_how_far_it_came():
    assert stamped({"type": "message", "content": []}, "x", 2, "incomplete") == {
        "id": "msg_x_2",
        "type": "message",
        "status": "incomplete",
        "content": [],
    }
    assert stamped(CALL, "x", 0, "completed")["call_id"] == "call_x_0"


def test_a_reasoning_item_says_nothing_of_it():
    assert stamped({"type": "reasoning", "summary": []}, "x", 0, "completed") == {
        "id": "rs_x_0",
        "type": "reasoning",
        "summary": [],
    }


def test_what_an_item_says_of_itself_stays():
    assert stamped(CALL | {"id": "fc_9", "call_id": "c"}, "x", 0, "completed")["id"] == "fc_9"
    assert stamped({"type": "web_search_call"}, "x", 0, "completed") == {"type": "web_search_call"}


def test_a_text_has_lists_of_what_is_said_of_it():
    assert text_part("x") == {"type": "output_text", "text": "x", "annotations": [], "logprobs": []}


@pytest.mark.parametrize(
    ("said", "flat"),
    [
        ({"type": "url_citation", "url_citation": {"url": "u"}}, {"type": "url_citation", "url": "u"}),
        ({"type": "file_path", "file_id": "f"}, {"type": "file_path", "file_id": "f"}),
    ],
)
def test_a_remark_is_flat(said, flat):
    assert annotation(said) == flat


def test_likelihoods_have_bytes_be_they_unknown():
    said = {"token": "x", "logprob": -1.0, "bytes": None, "top_logprobs": [{"token": "y", "logprob": -2.0}]}

    assert logprob(said) == {
        "token": "x", "logprob": -1.0, "bytes": [],
        "top_logprobs": [{"token": "y", "logprob": -2.0, "bytes": []}],
    }  # fmt: skip


def test_thoughts_are_content_or_a_summary():
    plain, short = reasoning("x", summary=False), reasoning("x", summary=True, encrypted="e")

    assert plain == {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "x"}]}
    assert short == {"type": "reasoning", "summary": [{"type": "summary_text", "text": "x"}], "encrypted_content": "e"}
    assert reasoning("", summary=True) == {"type": "reasoning", "summary": []}
