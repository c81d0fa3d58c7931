"""`/v1/messages` as Anthropic's own client sees it, with the model on this machine and with scripted upstreams behind."""

import json
import urllib.error
import urllib.request

import anthropic
import pytest

from answers import CALLS, USAGE, document, step
from scripted import CLOSE, READ, Hold, Scripted, answer, chunk, chunked, chunked_head, event
from serving import Served, until

HELLO = [{"role": "user", "content": "What is the capital of France?"}]
COLD = {"temperature": 0}
WEATHER = {
    "name": "get_weather",
    "description": "Get the current weather in a city.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 30}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
ASKED = [{"role": "user", "content": "What is the weather in Paris?"}]


def client_of(served):
    return anthropic.Anthropic(base_url=served.url.removesuffix("/v1"), api_key="any", max_retries=0)


@pytest.fixture
def claude(gateway):
    """The real anthropic package, pointed at the gateway."""
    with client_of(gateway) as made:
        yield made


def test_anthropic_creates(claude):
    message = claude.messages.create(
        model="claude-any", max_tokens=8, system="Be brief.", messages=HELLO, extra_body=COLD
    )

    assert "Paris" in message.content[0].text
    assert message.stop_reason in {"end_turn", "max_tokens"}
    assert message.model == "smollm2-135m-instruct"
    assert message.usage.input_tokens + message.usage.cache_read_input_tokens > 5
    assert 0 < message.usage.output_tokens <= 8
    assert message.id.startswith("msg_")
    assert message._request_id.startswith("req_")


def test_anthropic_streams(claude):
    with claude.messages.stream(model="m", max_tokens=8, messages=HELLO, extra_body=COLD) as stream:
        pieces = list(stream.text_stream)
        message = stream.get_final_message()

    assert len(pieces) > 1
    assert "Paris" in "".join(pieces) == message.content[0].text
    assert message.usage.input_tokens + message.usage.cache_read_input_tokens > 5
    assert message.usage.output_tokens >= len(pieces)


def test_the_events_come_in_their_order(claude):
    events = list(claude.messages.create(model="m", max_tokens=4, messages=HELLO, stream=True, extra_body=COLD))
    kinds = [event.type for event in events]

    assert kinds[:2] == ["message_start", "content_block_start"]
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert set(kinds[2:-3]) == {"content_block_delta"}
    assert events[-2].usage.output_tokens == 4


@pytest.mark.parametrize("choice", [{"type": "any"}, {"type": "tool", "name": "get_weather"}])
def test_anthropic_uses_tools(claude, choice):
    message = claude.messages.create(
        model="m", max_tokens=50, messages=ASKED, tools=[WEATHER], tool_choice=choice, extra_body=COLD
    )

    assert message.stop_reason == "tool_use"
    assert message.content[0].name == "get_weather"
    assert message.content[0].input == {"city": "Paris"}


def test_anthropic_streams_tools_and_answers_them(claude):
    asking = {"model": "m", "max_tokens": 50, "tools": [WEATHER], "extra_body": COLD}
    with claude.messages.stream(**asking, messages=ASKED, tool_choice={"type": "any"}) as stream:
        called = stream.get_final_message()
    result = {
        "type": "tool_result",
        "tool_use_id": called.content[0].id,
        "content": [{"type": "text", "text": "22 degrees"}],
    }
    told = [*ASKED, {"role": "assistant", "content": called.content}, {"role": "user", "content": [result]}]
    answered = claude.messages.create(**asking, messages=told, tool_choice={"type": "none"})

    assert called.content[0].input == {"city": "Paris"}
    assert answered.content[0].type == "text"


def test_anthropic_holds_an_answer_to_a_schema(claude):
    held = WEATHER["input_schema"]
    message = claude.messages.create(
        model="m", max_tokens=60, messages=ASKED, extra_body=COLD,
        output_config={"format": {"type": "json_schema", "schema": held}},
    )  # fmt: skip

    assert json.loads(message.content[0].text).keys() == {"city"}


def test_marks_for_a_cache_trouble_no_other_model(claude):
    marked = [{"type": "text", "text": HELLO[0]["content"], "cache_control": {"type": "ephemeral"}}]
    message = claude.messages.create(
        model="m",
        max_tokens=8,
        system=marked,
        messages=[{"role": "user", "content": marked}],
        metadata={"user_id": "u"},
    )

    assert message.content[0].text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"messages": []}, "messages must not be empty"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role"),
        ({"extra_body": {"temperature": "hot"}}, "temperature must be a number"),
        ({"extra_body": {"temperature": 9}}, "temperature must be at most 2"),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "this model does not reason"),
    ],
)
def test_what_is_wrong_is_said_in_anthropics_form(claude, wrong, said):
    with pytest.raises(anthropic.BadRequestError) as caught:
        claude.messages.create(**{"model": "m", "max_tokens": 4, "messages": HELLO} | wrong)

    body = caught.value.body
    assert said in body["error"]["message"]
    assert body["type"] == "error"
    assert body["error"]["type"] == "invalid_request_error"
    assert body["request_id"] == caught.value.request_id


@pytest.mark.parametrize("path", ["/messages", "/messages/count_tokens"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"model":1}'])
def test_a_body_that_is_no_request_at_all(gateway, path, body):
    request = urllib.request.Request(gateway.url + path, data=body, headers={"x-api-key": "k"})  # noqa: S310 - loopback
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=30)  # noqa: S310 - loopback

    with caught.value as refused:
        assert refused.code == 400
        assert json.loads(refused.read())["error"]["type"] == "invalid_request_error"


def behind(server):
    """A gateway in front of a scripted upstream."""
    return Served("--upstream", server.url("/v1"))


ASK = {"model": "m", "max_tokens": 9, "messages": HELLO}


def test_an_upstream_of_chat_is_asked_in_chat():
    with Scripted([READ, document()]) as server, behind(server) as served, client_of(served) as made:
        message = made.messages.create(
            **ASK,
            system="Be kind.",
            tools=[WEATHER | {"cache_control": {"type": "ephemeral"}}],
            thinking={"type": "adaptive"},
        )

    assert message.content[0].text == "Monet"
    assert server.requests[0].line == "POST /v1/chat/completions HTTP/1.1"
    assert server.requests[0].json == {
        "model": "m",
        "max_tokens": 9,
        "messages": [{"role": "system", "content": "Be kind."}, *HELLO],
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "get_weather",
                    "description": WEATHER["description"],
                    "parameters": WEATHER["input_schema"],
                },
            }
        ],
    }


def test_a_stream_of_calls_and_its_usage():
    with Scripted([READ, CALLS]) as server, behind(server) as served:
        with client_of(served) as made, made.messages.stream(**ASK) as stream:
            message = stream.get_final_message()
        totals = served.health()["requests"]

    assert [(block.id, block.name, block.input) for block in message.content] == [("1", "f", {})]
    assert message.stop_reason == "tool_use"
    assert (message.usage.input_tokens, message.usage.output_tokens) == (3, 2)
    assert server.requests[0].json["stream_options"] == {"include_usage": True}
    assert (totals["prompt_tokens"], totals["completion_tokens"], totals["completed"]) == (3, 2, 1)


ANTHROPICS = b"".join(
    event(data)
    for data in (
        {
            "type": "message_start",
            "message": {
                "id": "msg_1",
                "model": "claude-x",
                "role": "assistant",
                "content": [],
                "usage": {
                    "input_tokens": 5,
                    "cache_read_input_tokens": 4,
                    "cache_creation_input_tokens": 2,
                    "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 0},
                    "service_tier": "standard",
                    "output_tokens": 1,
                },
            },
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Paris"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 7}},
        {"type": "message_stop"},
    )
)


def test_what_the_prompt_takes_is_said_at_the_beginning_where_the_upstream_says_it(tmp_path):
    (tmp_path / "key").write_text("sk-planted")
    file = tmp_path / "dragoman.toml"
    with Scripted([READ, chunked(ANTHROPICS)]) as server:
        file.write_text(
            f'[upstreams.a]\nvendor = "anthropic"\nurl = "{server.url("/v1")}"\ncredentials = ["file:{tmp_path}/key"]'
        )
        with Served("--config", str(file)) as served, client_of(served) as made:
            first, *_, last, _ = made.messages.create(**ASK, stream=True)

    begun, ended = first.message.usage, last.usage
    assert (begun.input_tokens, begun.cache_read_input_tokens, begun.cache_creation_input_tokens) == (5, 4, 2)
    assert (begun.cache_creation.ephemeral_5m_input_tokens, begun.service_tier) == (2, "standard")
    assert begun.output_tokens == 0
    # Nobody has counted what it costs yet, and null would say that nobody can.
    assert "cost" not in begun.to_dict()
    assert (ended.input_tokens, ended.cache_read_input_tokens, ended.output_tokens) == (5, 4, 7)


def test_a_caller_of_chat_cannot_name_another_model_for_anthropic_alone(tmp_path):
    (tmp_path / "key").write_text("sk-planted")
    file = tmp_path / "dragoman.toml"
    with Scripted([READ, chunked(ANTHROPICS)]) as server:
        file.write_text(
            f'[upstreams.a]\nvendor = "anthropic"\nurl = "{server.url("/v1")}"\ncredentials = ["file:{tmp_path}/key"]'
        )
        with Served("--config", str(file)) as served:
            body = json.dumps(ASK | {"model": "cheap", "anthropic": {"model": "dear"}}).encode()
            headers = {"content-type": "application/json"}
            request = urllib.request.Request(served.url + "/chat/completions", body, headers)  # noqa: S310 - loopback
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(request, timeout=30)  # noqa: S310 - loopback

    with caught.value as refused:
        assert refused.code == 400
        assert json.loads(refused.read())["error"]["param"] == "anthropic.model"
    assert server.requests == []


def test_a_piece_is_passed_on_before_the_next_has_come():
    hold = Hold()
    first = chunked_head() + chunk(step("Mo"))
    with (
        Scripted([READ, first, hold, chunk(step("net", "stop") + USAGE + event("[DONE]"))]) as server,
        behind(server) as served,
    ):
        with client_of(served) as made, made.messages.stream(**ASK) as stream:
            pieces = iter(stream.text_stream)
            assert next(pieces) == "Mo"
            hold.release()
            assert list(pieces) == ["net"]


UPSTREAM = {
    "overloaded": (answer(b'{"error":{"message":"busy"}}', "529 Busy"), 529, "overloaded_error"),
    "slow down": (answer(b'{"error":{"message":"slow"}}', "429 Slow", {"retry-after": "1"}), 429, "rate_limit_error"),
    "no such model": (answer(b'{"error":{"message":"none"}}', "404 None"), 404, "not_found_error"),
    "a wrong credential": (answer(b'{"error":{"message":"sk-1 is wrong"}}', "401 No"), 502, "api_error"),
    "broken": (answer(b"<html>"), 502, "api_error"),
}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(("said", "status", "kind"), UPSTREAM.values(), ids=UPSTREAM)
def test_an_upstreams_failure_keeps_its_status_in_anthropics_form(said, status, kind, streamed):
    # The gateway's own client asks again where that may help.
    with Scripted([READ, said, READ, said, READ, said]) as server, behind(server) as served, client_of(served) as made:
        with pytest.raises(anthropic.APIStatusError) as caught:
            made.messages.create(**ASK, stream=streamed)

    assert caught.value.status_code == status
    assert caught.value.body["error"]["type"] == kind
    assert "sk-1" not in str(caught.value.body)
    if status == 429:
        assert caught.value.response.headers["retry-after"] == "1"


def test_a_failure_inside_a_stream_is_an_error_event_and_nothing_follows():
    broken = chunked(step("Mo"), event({"error": {"message": "busy", "type": "overloaded_error"}}))
    with Scripted([READ, broken, READ, broken]) as server, behind(server) as served:
        body = json.dumps(ASK | {"stream": True}).encode()
        with urllib.request.urlopen(served.url + "/messages", data=body, timeout=30) as got:  # noqa: S310 - loopback
            raw = got.read()
        with client_of(served) as made, pytest.raises(anthropic.APIStatusError):
            list(made.messages.create(**ASK, stream=True))
        # The event that says so comes before the request is over.
        assert until(lambda: served.health()["requests"]["failed"] == 2)

    last = raw.rstrip().rpartition(b"\n\n")[2]
    assert last.startswith(b"event: error\ndata: ")
    assert json.loads(last.partition(b"data: ")[2])["error"] == {"type": "overloaded_error", "message": "busy"}


def test_a_caller_who_leaves_is_seen_upstream():
    with Scripted([READ, chunked_head() + chunk(step("Mo"))]) as server, behind(server) as served:
        with client_of(served) as made, made.messages.stream(**ASK) as stream:
            assert next(iter(stream.text_stream)) == "Mo"
        assert server.left()
        assert until(lambda: served.health()["requests"]["disconnected"] == 1)


def test_a_stream_that_was_cut_is_no_clean_end():
    with (
        Scripted([READ, chunked_head() + chunk(step("Mo")), CLOSE]) as server,
        behind(server) as served,
        client_of(served) as made,
    ):
        with pytest.raises(anthropic.APIError, match=r"cut|closed|ended"):
            list(made.messages.create(**ASK, stream=True))


def test_a_credential_may_come_in_either_header(gateway):
    for headers in ({"x-api-key": "k"}, {"authorization": "Bearer k"}):
        body = json.dumps(ASK | {"max_tokens": 1}).encode()
        request = urllib.request.Request(gateway.url + "/messages", data=body, headers=headers)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=30) as answered:  # noqa: S310 - loopback
            assert json.loads(answered.read())["type"] == "message"
