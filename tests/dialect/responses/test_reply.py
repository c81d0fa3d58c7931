import json

import pytest
from openai.types.responses import Response

from answers import CALLED, COMPLETION
from dragoman.dialect.responses.hear import hear
from dragoman.dialect.responses.reply import reply
from dragoman.dialect.responses.sealed import unsealed

ASKED = hear({"model": "m", "input": "hi"})[0]
SUMMARISED = hear({"model": "m", "input": "hi", "reasoning": {"summary": "auto"}})[0]


def completion(finish="stop", choice=None, **message):
    said = {"index": 0, "message": {"role": "assistant", "content": None} | message, "finish_reason": finish}
    return COMPLETION | {"choices": [said | (choice or {})]}


def test_a_completion_is_a_response_that_openais_own_types_take():
    made = reply(COMPLETION, ASKED)
    response = Response.model_validate(made)

    assert made["output"] == [
        {
            "id": "msg_c1_0", "type": "message", "status": "completed", "role": "assistant",
            "content": [{"type": "output_text", "text": "Monet", "annotations": [], "logprobs": []}],
        }
    ]  # fmt: skip
    assert (response.output_text, response.status, response.usage.output_tokens) == ("Monet", "completed", 1)


def test_calls_are_items():
    (call,) = reply(CALLED, ASKED)["output"]

    assert call == {
        "id": "fc_c1_0", "type": "function_call", "status": "completed", "call_id": "1", "name": "f",
        "arguments": "{}",
    }  # fmt: skip


def test_the_last_item_of_an_answer_that_was_cut_is_incomplete():
    made = reply(completion("length", content="x", reasoning_content="so"), ASKED)

    assert (made["status"], made["output"][-1]["status"]) == ("incomplete", "incomplete")
    assert made["incomplete_details"] == {"reason": "max_output_tokens"}


@pytest.mark.parametrize(("asked", "where"), [(ASKED, "content"), (SUMMARISED, "summary")])
def test_what_was_thought_is_never_lost(asked, where):
    thought, text = reply(completion(content="x", reasoning="so"), asked)["output"]

    assert thought["type"] == "reasoning"
    assert thought[where][0]["text"] == "so"
    assert text["content"][0]["text"] == "x"


def test_remarks_likelihoods_and_refusals():
    remark = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1}}
    likely = {"content": [{"token": "x", "logprob": -1.0, "bytes": [120], "top_logprobs": []}]}
    (text,) = reply(completion(choice={"logprobs": likely}, content="x", annotations=[remark]), ASKED)["output"]
    (refused,) = reply(completion(refusal="No."), ASKED)["output"]

    assert text["content"][0]["annotations"] == [{"type": "url_citation", **remark["url_citation"]}]
    assert text["content"][0]["logprobs"] == likely["content"]
    assert refused["content"] == [{"type": "refusal", "refusal": "No."}]


def test_what_nobody_here_knows_is_kept_and_changes_nothing_that_is_known():
    said = completion(content="x", images=["i"], id="mine", choice={"native_finish_reason": "eos"})
    made = reply(said | {"vendor": 1, "status": "mine", "output": "mine"}, ASKED)

    assert (made["vendor"], made["native_finish_reason"], made["status"]) == (1, "eos", "completed")
    assert (made["output"][0]["images"], made["output"][0]["id"]) == (["i"], "msg_c1_0")
    assert reply(completion(images=["i"]), ASKED)["output"][0]["images"] == ["i"]


def test_signed_thoughts_travel_sealed():
    blocks = [{"index": 0, "type": "thinking", "signature": "s", "characters": 2}]
    thought, _ = reply(completion(content="x", reasoning_content="so", anthropic_content=blocks), ASKED)["output"]
    (sent,) = [
        message
        for message in hear({"model": "m", "input": [thought, {"role": "assistant", "content": "x"}]})[0]["messages"]
        if message["role"] == "assistant"
    ]

    assert unsealed(thought["encrypted_content"]) == blocks
    assert (sent["anthropic_content"], sent["reasoning_content"], sent["content"]) == (blocks, "so", "x")


def test_items_that_came_as_items_are_given_out_as_they_came():
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    said = completion(content=None, responses=[search])

    assert reply(said, ASKED)["output"] == [search]


def test_an_answer_of_nothing():
    made = reply({"id": "c1"}, ASKED)

    assert (made["output"], made["status"], made["usage"]) == ([], "completed", None)
    assert json.dumps(made)
