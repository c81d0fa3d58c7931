"""Where this face and the published `openai` are to differ; each test is a row of docs/openai.md."""

import asyncio
import json
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

import httpx2
import openai as original
import pytest

import dragoman.openai as ours
from answers import COMPLETION, DONE, STREAM, document, step
from dragoman.errors import QuotaError, TruncatedError
from scripted import CLOSE, READ, Scripted, answer, chunked, chunked_head, event
from scripted import chunk as piece

ASKED = {"model": "m", "messages": [{"role": "user", "content": "Who?"}]}
AT_ONCE = {"Retry-After-Ms": "1"}


def client_of(library, server, **options):
    return library.OpenAI(**({"base_url": server.url("/v1"), "api_key": "sk-planted", "max_retries": 0} | options))


def both(use, *script, **options):
    """What each library makes of a script, the original first."""
    found = []
    for library in (original, ours):
        with Scripted(*script) as server, client_of(library, server, **options) as client:
            try:
                found.append(use(client, library))
            except Exception as error:  # noqa: BLE001 - what is compared is also what neither should raise
                found.append(error)
    return found


def texts(client, _):
    return [chunk.choices[0].delta.content for chunk in client.chat.completions.create(**ASKED, stream=True)]


def create(client, _):
    return client.chat.completions.create(**ASKED)


def test_a_stream_that_stops_short_is_an_error():
    theirs, mine = both(texts, [READ, chunked(step("Mo"))])

    assert theirs == ["Mo"]
    assert type(mine) is ours.APIConnectionError
    assert isinstance(mine.__cause__, TruncatedError)
    assert mine.__cause__.partial.text == "Mo"


def test_an_error_event_is_an_error():
    said = b'event: error\ndata: {"message":"full","code":429}\n\n'
    theirs, mine = both(texts, [READ, chunked(step("Mo"), said, DONE)])

    assert isinstance(theirs, TypeError)  # taken for a chunk without choices
    assert type(mine) is ours.RateLimitError


def test_an_error_inside_a_stream_has_its_status():
    said = event({"error": {"message": "full", "code": 429, "type": "t"}})
    theirs, mine = both(texts, [READ, chunked(step("Mo"), said)])

    assert type(theirs) is original.APIError
    assert (type(mine), mine.status_code, mine.code, mine.type) == (ours.RateLimitError, 429, "429", "t")
    assert mine.body == theirs.body


def test_an_error_inside_a_success_is_an_error():
    theirs, mine = both(create, [READ, answer(b'{"error":{"message":"full","code":429}}')])

    assert theirs.choices is None
    assert type(mine) is ours.RateLimitError


def test_a_page_is_no_completion():
    page = answer(b"<html>busy</html>", headers={"Content-Type": "text/html"})
    theirs, mine = both(create, [READ, page])

    assert theirs == "<html>busy</html>"
    assert type(mine) is ours.APIResponseValidationError
    assert (mine.status_code, mine.response.text) == (200, "<html>busy</html>")


def test_an_answer_without_choices_is_no_completion():
    theirs, mine = both(create, [READ, answer(b'{"id":"c","object":"chat.completion","choices":[]}')])

    assert theirs.choices == []
    assert type(mine) is ours.APIResponseValidationError
    assert (mine.status_code, mine.response.json()["choices"]) == (200, [])


def test_events_that_are_no_chunks_are_passed_over():
    theirs, mine = both(texts, [READ, chunked(b"event: ping\n\n", b"id: 1\n\n", step("Mo", "stop"), DONE)])

    assert isinstance(theirs, json.JSONDecodeError)
    assert mine == ["Mo"]


def test_the_sentence_of_any_error_body_is_shown():
    theirs, mine = both(create, [READ, answer(b'{"detail":[{"loc":["body","model"],"msg":"too long"}]}', "422 No")])

    assert str(theirs) == "Error code: 422"
    assert str(mine) == "Error code: 422 - model: too long"
    assert mine.param == "model"


def test_errors_survive_pickling():
    theirs, mine = both(create, [READ, answer(b'{"error":{"message":"no","code":"c"}}', "429 No")])

    with pytest.raises(TypeError):
        pickle.loads(pickle.dumps(theirs))
    again = pickle.loads(pickle.dumps(mine))
    assert (type(again), str(again), again.code, again.status_code) == (ours.RateLimitError, str(mine), "c", 429)


def test_a_used_up_quota_is_not_asked_again():
    no = answer(b'{"error":{"message":"no","code":"insufficient_quota"}}', "429 No", AT_ONCE)
    with Scripted([READ, no, READ, no]) as server, client_of(original, server, max_retries=1) as client:
        with pytest.raises(original.RateLimitError):
            create(client, None)
        assert len(server.requests) == 2
    with Scripted([READ, no, READ, no]) as server, client_of(ours, server, max_retries=1) as client:
        with pytest.raises(ours.RateLimitError) as caught:
            create(client, None)
        assert len(server.requests) == 1
    assert isinstance(caught.value.__cause__, QuotaError)


def test_a_stream_that_fails_before_its_first_content_is_asked_again():
    failed = chunked(event({"error": {"message": "full", "code": 503}}))
    theirs, mine = both(texts, [READ, failed, READ, STREAM], [READ, STREAM], max_retries=1)

    assert isinstance(theirs, original.APIError)
    assert mine == ["Mo", "net", None]


def test_only_what_the_program_says_is_sent_along():
    sent = []
    for library in (original, ours):
        with Scripted([READ, document()]) as server, client_of(library, server) as client:
            create(client, library)
            sent.append(server.requests[0].headers)
    theirs, mine = sent

    assert {name for name in theirs if name.startswith("x-stainless")}
    assert not {name for name in mine if name.startswith("x-")}
    assert mine["idempotency-key"]
    assert "idempotency-key" not in theirs


def test_a_key_of_the_environment_goes_to_its_own_host(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    sent = []
    for library in (original, ours):
        with Scripted([READ, document()]) as server, library.OpenAI(base_url=server.url("/v1")) as client:
            create(client, library)
            sent.append(server.requests[0].headers.get("authorization"))

    assert sent == ["Bearer sk-planted", None]
    with pytest.raises(ours.OpenAIError, match=r"elsewhere\.example.*pass api_key"):
        ours.OpenAI(base_url="https://elsewhere.example/v1")


def test_an_asynchronous_client_outlives_its_loop():
    def ask(library):
        with Scripted([READ, document(), READ, document()], [READ, document()]) as server:
            client = library.AsyncOpenAI(base_url=server.url("/v1"), api_key="k", max_retries=0)

            async def once():
                return (await client.chat.completions.create(**ASKED)).choices[0].message.content

            found = [asyncio.run(once()), asyncio.run(once())]
            asyncio.run(client.close())
            return found

    assert ask(ours) == ["Monet", "Monet"]


def test_a_loop_that_is_left_closes_its_connection():
    with Scripted([READ, chunked(step("Mo"))[:-5]]) as server, client_of(ours, server) as client:
        for _ in client.chat.completions.create(**ASKED, stream=True):
            break
        assert server.left()


def test_a_client_that_was_given_stays_its_owners():
    with httpx2.Client() as given:
        for library, closed in ((original, True), (ours, False)):
            shared = httpx2.Client() if closed else given
            with Scripted([READ, document()]) as server:
                with client_of(library, server, http_client=shared) as client:
                    assert create(client, library).id == "c1"
            assert shared.is_closed is closed


def call(**fields):
    return step(delta={"tool_calls": [fields]})


@pytest.mark.parametrize(
    "steps",
    [
        [
            call(index=0, id="1", type="function", function={"name": "f", "arguments": '{"a"'}),
            call(index=0, id="1", type="function", function={"name": "f", "arguments": ":1}"}),
        ],
        [
            call(id="1", type="function", function={"name": "f", "arguments": '{"a"'}),
            call(function={"arguments": ":1}"}),
        ],
    ],
    ids=["labels in each", "no index"],
)
def test_calls_of_other_vendors_are_followed(steps):
    def use(client, _):
        with client.chat.completions.stream(**ASKED) as stream:
            done = [one for one in stream if one.type == "tool_calls.function.arguments.done"]
            (call,) = stream.get_final_completion().choices[0].message.tool_calls
        return [(one.name, one.arguments) for one in done], call.id, call.function.name

    theirs, mine = both(use, [READ, chunked(*steps, step(finish="tool_calls"), DONE)])

    assert mine == ([("f", '{"a":1}')], "1", "f")
    assert theirs != mine


def test_choices_in_any_order_are_followed():
    def use(client, _):
        with client.chat.completions.stream(**ASKED, n=2) as stream:
            return [choice.message.content for choice in stream.get_final_completion().choices]

    steps = [step("b", index=1), step("a", index=0), step(finish="stop", index=0), step(finish="stop", index=1)]
    theirs, mine = both(use, [READ, chunked(*steps, DONE)])

    assert isinstance(theirs, IndexError)
    assert mine == ["a", "b"]


def test_chunks_that_do_not_name_themselves_are_followed():
    def use(client, _):
        with client.chat.completions.stream(**ASKED) as stream:
            return stream.get_final_completion().choices[0].message.content

    bare = {"id": "c", "choices": [{"index": 0, "delta": {"content": "Mo"}, "finish_reason": "stop"}]}
    theirs, mine = both(use, [READ, chunked(event(bare), DONE)])

    assert isinstance(theirs, AssertionError)
    assert mine == "Mo"


def test_parameters_of_other_vendors_are_arguments():
    def use(client, _):
        return client.chat.completions.create(**ASKED, top_k=5).id

    theirs, mine = both(use, [READ, document()])

    assert isinstance(theirs, TypeError)
    assert mine == "c1"


def test_custom_tool_calls_are_kept_when_an_answer_is_parsed():
    said = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "1", "type": "custom", "custom": {"name": "g", "input": "x"}}],
    }
    body = COMPLETION | {"choices": [{"index": 0, "message": said, "finish_reason": "tool_calls"}]}

    def use(client, _):
        return client.chat.completions.parse(**ASKED).choices[0].message.tool_calls

    theirs, mine = both(use, [READ, document(body)])

    assert theirs is None
    assert mine[0].id == "1"


def test_a_client_is_made_without_a_key_for_a_server_of_ones_own():
    with Scripted([READ, document()]) as server:
        with pytest.raises(original.OpenAIError):
            original.OpenAI(base_url=server.url("/v1"))
        with ours.OpenAI(base_url=server.url("/v1")) as client:
            assert create(client, ours).id == "c1"


def test_a_body_that_is_cut_is_a_connection_error():
    cut = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    theirs, mine = both(create, [READ, cut, CLOSE])

    assert type(theirs).__name__ == type(mine).__name__ == "APIConnectionError"


class Named(TypedDict):
    name: str


def test_types_of_any_library_are_parsed():
    body = COMPLETION | {
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": '{"name":"Monet"}'}, "finish_reason": "stop"}
        ]
    }

    def use(client, _):
        return client.chat.completions.parse(**ASKED, response_format=Named).choices[0].message.parsed

    theirs, mine = both(use, [READ, document(body)])

    assert isinstance(theirs, TypeError)
    assert mine == {"name": "Monet"}


def test_comments_do_not_put_the_time_out_off():
    def comments(peer):
        # Until the client has had enough, and leaves.
        while True:
            peer.sendall(piece(b": keep-alive\n\n"))

    with Scripted([READ, chunked_head(), piece(step("Mo")), comments]) as server, client_of(ours, server) as client:
        stream = client.with_options(timeout=0.2).chat.completions.create(**ASKED, stream=True)
        assert next(stream).choices[0].delta.content == "Mo"
        with pytest.raises(ours.APITimeoutError):
            next(stream)


def test_every_row_of_the_page_has_its_test():
    page = (Path(__file__).parent.parent.parent / "docs" / "openai.md").read_text()
    named = set(re.findall(r"`(test_\w+)` \|", page))

    assert named
    assert named <= globals().keys()


def test_the_pages_example_runs():
    page = (Path(__file__).parent.parent.parent / "docs" / "openai.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", example], check=False, capture_output=True, text=True, timeout=110)  # noqa: S603 - the page's own code

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
