"""The engine's endpoint, spoken to over HTTP: what it answers, what it refuses, the queue, the caller who leaves."""

import contextlib
import http.client
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote, urlsplit

import pytest

from dragoman.engine import app
from serving import until

LONG = {"messages": "Write a long story.", "max_tokens": 1500, "logit_bias": {"2": -100}}
"""A request that keeps a slot busy until its caller leaves: the model may not end its turn (token 2)."""

PERSON = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


def held_to(schema):
    return {"type": "json_schema", "json_schema": {"name": "form", "schema": schema}}


def whole(answer):
    return json.loads(answer.whole(time.monotonic() + 60, 1 << 20))


@pytest.fixture(scope="module")
def narrow(engines):
    """An endpoint that takes two requests at once, and works on one of them."""
    with engines(slots=1, queue=1, context=2048) as endpoint:
        yield endpoint


@contextlib.contextmanager
def at_work(endpoint):
    """A caller whose answer is being written."""
    with endpoint.streaming(**LONG) as events:
        while not next(events)["choices"][0]["delta"].get("content"):
            pass
        yield events


@contextlib.contextmanager
def calling(endpoint, cut=0, **body):
    """A caller who has asked and hangs up without having read anything; `cut` bytes of the request are never sent."""
    data = encoded(LONG | body)
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: engine\r\nContent-Length: {len(data)}\r\n\r\n".encode()
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(unquote(urlsplit(endpoint.engine.url).netloc))
        line.sendall((head + data)[: len(head + data) - cut])
        yield line


def encoded(body):
    messages = [{"role": "user", "content": body["messages"]}]
    return json.dumps(body | {"model": "any", "messages": messages}).encode()


def is_free(endpoint):
    health = endpoint.health()
    return health["busy"] == 0 and health["taken"] == 0


def test_lists_the_one_model_it_has(model):
    reply = model.get("/v1/models")

    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.json["object"] == "list"
    (card,) = reply.json["data"]
    assert card.pop("created") > 1_700_000_000
    assert card == {"id": "smollm2-135m-instruct", "object": "model", "owned_by": "dragoman"}


def test_one_model_is_its_card(model):
    (card,) = model.get("/v1/models").json["data"]

    assert model.get("/v1/models/smollm2-135m-instruct").json == card


def test_another_model_is_not_here(model):
    reply = model.get("/v1/models/gpt-5")

    assert reply.status == 404
    assert reply.error["code"] == "model_not_found"
    assert reply.error["message"] == "there is no model 'gpt-5' here, only 'smollm2-135m-instruct'"


def test_an_engine_of_slots_and_a_queue_says_how_much_room_it_has(narrow):
    assert until(lambda: is_free(narrow))

    assert until(lambda: narrow.health() == {"status": "ok", "busy": 0, "taken": 0, "room": 2})


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/completions", "/v1/chat/completions/", "/v1/modelsx", "/healthz"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_path_that_it_does_not_have_is_404_in_the_form_of_openai(model, method, path):
    answer = model.send(method, path)

    assert answer.status == 404
    assert whole(answer) == {
        "error": {
            "message": f"the engine has no {path}",
            "type": "invalid_request_error",
            "param": None,
            "code": "not_found",
        }
    }


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [
        ("GET", "/v1/chat/completions", "POST"),
        ("PUT", "/v1/chat/completions", "POST"),
        ("POST", "/v1/models", "GET"),
        ("DELETE", "/v1/models/smollm2-135m-instruct", "GET"),
        ("POST", "/health", "GET"),
    ],
)
def test_a_method_that_a_path_does_not_take_is_405_and_says_which_it_takes(model, method, path, right):
    answer = model.send(method, path)

    assert answer.status == 405
    assert answer.headers["allow"] == right
    assert whole(answer)["error"]["message"] == f"{path} takes {right}, not {method}"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "the body is empty"),
        (b"{", "the body is not JSON"),
        (b'{"model": "any"} {}', "the body is not JSON"),
        (b"model=any", "the body is not JSON"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'{"messages": "\xff"}', "the body is not"),
    ],
)
def test_a_body_that_is_no_json_object_is_400(model, body, words):
    answer = model.send("POST", "/v1/chat/completions", body)

    assert answer.status == 400
    error = whole(answer)["error"]
    assert words in error["message"]
    assert error["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": 5, "content": "x"}]}, "messages[0].role"),
        ({"temperature": 3}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"frequency": 1}, "frequency"),
        ({"store": True}, "store"),
        ({"logit_bias": {"999999": 1}}, "logit_bias"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
@pytest.mark.parametrize("streamed", [True, False])
def test_a_request_that_is_wrong_is_400_and_names_the_field_streamed_or_not(model, body, param, streamed):
    error = model.refusal(**body, stream=streamed)

    assert error["param"] == param
    assert error["type"] == "invalid_request_error"


def test_a_body_that_is_too_large_is_413(model):
    answer = model.send("POST", "/v1/chat/completions", b" " * (app.BODY_BOUND + 1))

    assert answer.status == 413
    assert whole(answer)["error"]["message"] == f"the request is larger than {32 * 1024 * 1024} bytes"


@pytest.mark.parametrize("streamed", [True, False])
def test_messages_that_do_not_fit_the_context_are_400_before_any_stream_begins(model, streamed):
    error = model.refusal(messages="word " * 3000, stream=streamed)

    assert error["code"] == "context_length_exceeded"
    assert error["param"] == "messages"
    assert "2048" in error["message"]


@pytest.mark.parametrize("streamed", [True, False])
def test_a_schema_that_no_value_matches_is_400_and_frees_its_slot(narrow, streamed):
    for _ in range(3):
        error = narrow.refusal(
            response_format=held_to({"type": "integer", "minimum": 5, "maximum": 3}), stream=streamed
        )
        assert "cannot be held to this schema" in error["message"]

    assert narrow.create(max_tokens=1)["choices"]


def test_an_answer_in_one_piece_is_a_completion(model):
    completion = model.create(max_tokens=20)

    assert completion["object"] == "chat.completion"
    assert completion["id"].startswith("chatcmpl-")
    assert completion["model"] == "smollm2-135m-instruct"
    assert completion["service_tier"] == "default"
    assert completion["system_fingerprint"].startswith("fp_")
    assert completion["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "The capital of France is Paris."},
            "finish_reason": "stop",
        }
    ]


def test_a_stream_is_the_same_answer_in_chunks_then_its_end(model):
    *chunks, last = model.stream(max_tokens=20)

    assert last == "[DONE]"
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({(chunk["id"], chunk["created"], chunk["model"], chunk["system_fingerprint"]) for chunk in chunks}) == 1
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert "".join(delta["content"] for delta in deltas[:-1]) == "The capital of France is Paris."
    assert deltas[-1] == {}
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]


def test_a_stream_says_what_it_used_only_when_asked_and_then_every_chunk_has_the_field(model):
    *plain, _ = model.stream(max_tokens=3)
    *told, usage, _ = model.stream(max_tokens=3, stream_options={"include_usage": True})

    assert not any("usage" in chunk for chunk in plain)
    assert [chunk["usage"] for chunk in told] == [None] * len(told)
    assert usage["choices"] == []
    assert usage["usage"]["completion_tokens"] == 3
    assert len(told) == len(plain)


def test_a_stream_is_told_to_proxies_as_one_that_is_not_to_be_kept(model):
    answer = model.send("POST", "/v1/chat/completions", b'{"model":"m","messages":[],"stream":true}')
    assert answer.status == 400
    answer.close()

    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": True, "max_tokens": 1})
    answer = model.send("POST", "/v1/chat/completions", body.encode())

    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.whole(time.monotonic() + 60, 1 << 20).endswith(b"data: [DONE]\n\n")


def test_a_full_queue_is_429_and_says_when_to_come_again(narrow):
    assert until(lambda: is_free(narrow))
    with ThreadPoolExecutor() as pool:
        with at_work(narrow):
            waiting = pool.submit(narrow.post, max_tokens=1)
            assert until(lambda: narrow.health()["taken"] == 2)

            reply = narrow.post(max_tokens=1)

            assert reply.status == 429
            assert reply.headers["retry-after"] == "1"
            assert reply.error == {
                "message": "the engine is busy: it takes 2 requests at once; try again in a second",
                "type": "rate_limit_error",
                "param": None,
                "code": "engine_busy",
            }
            assert not waiting.done()
        assert waiting.result().status == 200

    assert until(lambda: is_free(narrow))


def test_a_full_queue_still_says_what_is_wrong_with_a_request(narrow):
    assert until(lambda: is_free(narrow))
    with at_work(narrow), calling(narrow):
        assert until(lambda: narrow.health()["taken"] == 2)

        assert narrow.refusal(temperature=3)["param"] == "temperature"
        assert narrow.get("/v1/models").status == 200

    assert until(lambda: is_free(narrow))


@pytest.mark.parametrize("streamed", [True, False])
def test_a_caller_who_hangs_up_frees_its_slot_for_the_next(narrow, streamed):
    assert until(lambda: is_free(narrow))
    with calling(narrow, stream=streamed):
        assert until(lambda: narrow.health()["busy"] == 1)

    assert until(lambda: is_free(narrow))
    assert narrow.create(max_tokens=1)["choices"]


def test_a_caller_who_hangs_up_in_the_middle_of_a_stream_frees_its_slot(narrow):
    assert until(lambda: is_free(narrow))
    with at_work(narrow):
        assert until(lambda: narrow.health()["busy"] == 1)

    assert until(lambda: is_free(narrow))


def test_a_caller_who_hangs_up_while_it_waits_gives_its_place_back(narrow):
    assert until(lambda: is_free(narrow))
    with at_work(narrow) as events:
        with calling(narrow):
            assert until(lambda: narrow.health()["taken"] == 2)

        assert until(lambda: narrow.health()["taken"] == 1)
        assert until(lambda: narrow.health()["busy"] == 1)
        assert next(events)["choices"], "who is at work goes on"


def test_all_answers_of_one_request_stop_when_its_caller_leaves(model):
    assert until(lambda: is_free(model))
    with calling(model, n=6):
        assert until(lambda: model.health()["busy"] == 4)
        assert model.health()["taken"] == 1

    assert until(lambda: is_free(model))


def test_half_a_request_takes_no_place(narrow):
    assert until(lambda: is_free(narrow))
    with calling(narrow, cut=10):
        assert narrow.health()["taken"] == 0
        assert narrow.create(max_tokens=1)["choices"]

    assert is_free(narrow)


def test_requests_that_wait_are_answered_one_after_the_other(narrow):
    assert until(lambda: is_free(narrow))
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda seed: narrow.post(max_tokens=4, seed=seed), range(2)))

    assert [reply.status for reply in replies] == [200, 200]
    assert replies[0].json["choices"] == replies[1].json["choices"]


def test_a_connection_is_kept_for_the_next_request(model):
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(unquote(urlsplit(model.engine.url).netloc))
        connection = http.client.HTTPConnection("engine")
        connection.sock = line
        for _ in range(3):
            connection.request("GET", "/health")
            answer = connection.getresponse()
            assert json.loads(answer.read())["status"] == "ok"
            assert answer.getheader("server") is None
            assert connection.sock is line
