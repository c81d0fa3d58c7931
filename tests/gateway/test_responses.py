"""`/v1/responses` as openai-python sees it, with the model on this machine and with scripted upstreams behind."""

import asyncio
import json
import urllib.request

import openai
import pydantic
import pytest

from answers import CALLS, COMPLETION, USAGE, document, step
from scripted import CLOSE, READ, Hold, Scripted, answer, chunk, chunked, chunked_head, event
from serving import Served, until

HELLO = "What is the capital of France?"
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Get the current weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 30}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}
ASKED = "What is the weather in Paris?"
ASK = {"model": "m", "input": HELLO}


class City(pydantic.BaseModel):
    city: str = pydantic.Field(max_length=30)


def client_of(served):
    return openai.OpenAI(base_url=served.url, api_key="any", max_retries=0)


@pytest.fixture
def client(gateway):
    """The real openai package, pointed at the gateway."""
    with client_of(gateway) as made:
        yield made


def test_openai_creates(client):
    response = client.responses.create(
        model="gpt-any", max_output_tokens=8, instructions="Be brief.", input=HELLO, temperature=0, metadata={"a": "b"}
    )

    assert "Paris" in response.output_text
    assert response.model == "smollm2-135m-instruct"
    assert response.status in {"completed", "incomplete"}
    assert response.usage.input_tokens > 5
    assert 0 < response.usage.output_tokens <= 8
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens
    assert response.id.startswith("resp_")
    assert response.output[0].id.startswith("msg_")
    assert response._request_id.startswith("req_")
    assert (response.instructions, response.max_output_tokens, response.metadata) == ("Be brief.", 8, {"a": "b"})
    assert (response.store, response.tools, response.tool_choice) == (False, [], "auto")


def test_openai_streams(client):
    with client.responses.stream(model="m", max_output_tokens=8, input=HELLO, temperature=0) as stream:
        events = list(stream)

    texts = [event.delta for event in events if event.type == "response.output_text.delta"]
    last = events[-1]
    assert last.type in {"response.completed", "response.incomplete"}
    assert len(texts) > 1
    assert "Paris" in "".join(texts) == last.response.output_text
    assert last.response.usage.output_tokens >= len(texts)
    assert [event.sequence_number for event in events] == list(range(len(events)))


def test_an_answer_that_was_cut_says_so(client):
    response = client.responses.create(model="m", max_output_tokens=2, input=HELLO, temperature=0)

    assert (response.status, response.incomplete_details.reason) == ("incomplete", "max_output_tokens")


def test_openai_parses(client):
    response = client.responses.parse(model="m", input=ASKED, text_format=City, temperature=0, max_output_tokens=60)
    with client.responses.stream(
        model="m", input=ASKED, text_format=City, temperature=0, max_output_tokens=60
    ) as stream:
        streamed = stream.get_final_response()

    assert response.output_parsed == streamed.output_parsed
    assert isinstance(response.output_parsed, City)
    assert response.text.format.name == "City"


@pytest.mark.parametrize("choice", ["required", {"type": "function", "name": "get_weather"}])
def test_openai_uses_tools_and_answers_them(client, choice):
    asking = {"model": "m", "max_output_tokens": 50, "tools": [WEATHER], "temperature": 0}
    said = [{"role": "user", "content": ASKED}]
    called = client.responses.create(**asking, input=said, tool_choice=choice)
    (call,) = called.output
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "22 degrees"}
    answered = client.responses.create(**asking, input=[*said, *called.output, output], tool_choice="none")

    assert (call.type, call.name, json.loads(call.arguments)) == ("function_call", "get_weather", {"city": "Paris"})
    assert (called.tools[0].name, called.parallel_tool_calls) == ("get_weather", True)
    assert answered.output_text


def test_openai_streams_tools(client):
    with client.responses.stream(
        model="m", max_output_tokens=50, tools=[WEATHER], temperature=0, input=ASKED, tool_choice="required"
    ) as stream:
        events = list(stream)

    pieces = [event.delta for event in events if event.type == "response.function_call_arguments.delta"]
    done = next(event for event in events if event.type == "response.function_call_arguments.done")
    assert "".join(pieces) == done.arguments == events[-1].response.output[0].arguments
    assert events[-1].response.output[0].parsed_arguments == {"city": "Paris"}


def test_the_asynchronous_client_streams_too(gateway):
    async def streamed():
        async with openai.AsyncOpenAI(base_url=gateway.url, api_key="any") as made:
            stream = await made.responses.create(**ASK, max_output_tokens=4, stream=True)
            return [event.type async for event in stream]

    kinds = asyncio.run(streamed())

    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds[-1] in {"response.completed", "response.incomplete"}


@pytest.mark.parametrize(
    ("wrong", "param", "said"),
    [
        ({"input": [{"role": "robot", "content": "x"}]}, "input[0].role", "must be 'user'"),
        ({"previous_response_id": "resp_1"}, "previous_response_id", "send the whole conversation as input"),
        ({"temperature": 9}, "temperature", "must be at most 2"),
        ({"tools": [WEATHER | {"name": "a b"}]}, "tools[0].name", "letters"),
        ({"tools": [{"type": "web_search"}]}, "tools[0]", "only an upstream that speaks the Responses API runs"),
        ({"reasoning": {"effort": "high"}}, "reasoning_effort", "does not reason"),
    ],
)
def test_what_is_wrong_is_said_in_openais_form(client, wrong, param, said):
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(**ASK | wrong)

    assert caught.value.param == param
    assert said in caught.value.message
    assert caught.value.type == "invalid_request_error"


def test_what_was_changed_is_told(tmp_path):
    file = tmp_path / "dragoman.toml"
    with Scripted([READ, document()]) as server:
        file.write_text(f'[upstreams.a]\nurl = "{server.url("/v1")}"\nparameters = "drop"')
        with Served("--config", str(file)) as served, client_of(served) as made:
            got = made.responses.with_raw_response.create(**ASK, store=True, tools=[WEATHER, {"type": "web_search"}])

    assert [tool["type"] for tool in server.requests[0].json["tools"]] == ["function"]
    assert got.headers["x-dragoman-changed"] == "store: nothing is kept; tools[1]: dropped"


def test_what_was_answered_before_is_not_to_be_had(client):
    for asked in (client.responses.retrieve, client.responses.delete, client.responses.cancel):
        with pytest.raises(openai.NotFoundError, match="keeps no responses"):
            asked("resp_1")


def behind(server):
    """A gateway in front of a scripted upstream."""
    return Served("--upstream", server.url("/v1"))


def test_an_upstream_of_chat_is_asked_in_chat():
    said = [
        {"role": "user", "content": [{"type": "input_text", "text": "hi"}]},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "secret"},
        {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "get_weather", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "1"},
    ]
    with Scripted([READ, document()]) as server, behind(server) as served, client_of(served) as made:
        response = made.responses.create(
            model="m",
            instructions="Be kind.",
            input=said,
            tools=[WEATHER],
            include=["reasoning.encrypted_content"],
            truncation="disabled",
            max_output_tokens=9,
            store=False,
        )

    assert response.output_text == "Monet"
    assert server.requests[0].line == "POST /v1/chat/completions HTTP/1.1"
    assert server.requests[0].json == {
        "model": "m",
        "max_completion_tokens": 9,
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "hi"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "c", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}],
            },
            {"role": "tool", "tool_call_id": "c", "content": "1"},
        ],
        "tools": [
            {
                "type": "function",
                "function": {name: value for name, value in WEATHER.items() if name != "type"},
            }
        ],
    }


def test_a_stream_of_calls_and_its_usage():
    with Scripted([READ, CALLS]) as server, behind(server) as served:
        with client_of(served) as made, made.responses.stream(**ASK) as stream:
            response = stream.get_final_response()
        totals = served.health()["requests"]

    assert [(item.call_id, item.name, item.arguments) for item in response.output] == [("1", "f", "{}")]
    assert (response.usage.input_tokens, response.usage.output_tokens) == (3, 2)
    assert server.requests[0].json["stream_options"] == {"include_usage": True}
    assert (totals["prompt_tokens"], totals["completion_tokens"], totals["completed"]) == (3, 2, 1)


def test_thoughts_are_read_by_the_client_and_sent_back():
    message = COMPLETION["choices"][0]["message"] | {"reasoning_content": "Hm."}
    thought = COMPLETION | {"choices": [COMPLETION["choices"][0] | {"message": message}], "vendor": 1}
    with (
        Scripted([READ, document(thought), READ, document()]) as server,
        behind(server) as served,
        client_of(served) as made,
    ):
        response = made.responses.create(**ASK, reasoning={"summary": "auto", "effort": "low"})
        made.responses.create(model="m", input=[{"role": "user", "content": HELLO}, *response.output, *ITEMS])

    assert response.output[0].summary[0].text == "Hm."
    assert response.reasoning.effort == "low"
    assert response.model_extra["vendor"] == 1
    assert server.requests[0].json["reasoning_effort"] == "low"
    assert server.requests[1].json["messages"][1] == {
        "role": "assistant",
        "content": "Monet",
        "reasoning_content": "Hm.",
    }


ITEMS = [{"role": "user", "content": "And then?"}]
CLAUDES = [
    {"type": "message_start", "message": {"id": "msg_1", "model": "claude-x", "usage": {"input_tokens": 5}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm."}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "sig"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "I look."}},
    {"type": "content_block_stop", "index": 1},
    {
        "type": "content_block_start",
        "index": 2,
        "content_block": {"type": "tool_use", "id": "t", "name": "get_weather", "input": {}},
    },
    {"type": "content_block_delta", "index": 2, "delta": {"type": "input_json_delta", "partial_json": "{}"}},
    {"type": "content_block_stop", "index": 2},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 7}},
    {"type": "message_stop"},
]


def test_claude_gets_its_signed_thoughts_back_with_what_its_tool_answered(tmp_path):
    (tmp_path / "key").write_text("sk-planted")
    file = tmp_path / "dragoman.toml"
    stream = chunked(b"".join(map(event, CLAUDES)))
    whole = {
        "id": "msg_2", "type": "message", "role": "assistant", "model": "claude-x", "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "Warm."}], "usage": {"input_tokens": 5, "output_tokens": 1},
    }  # fmt: skip
    with Scripted([READ, stream, READ, answer(json.dumps(whole).encode())]) as server:
        file.write_text(
            f'[upstreams.a]\nvendor = "anthropic"\nurl = "{server.url("/v1")}"\ncredentials = ["file:{tmp_path}/key"]'
        )
        asking = {"model": "claude-x", "tools": [WEATHER], "reasoning": {"effort": "low"}, "max_output_tokens": 5000}
        with Served("--config", str(file)) as served, client_of(served) as made:
            with made.responses.stream(**asking, input=ASKED) as told:
                called = told.get_final_response()
            output = {"type": "function_call_output", "call_id": "t", "output": "22"}
            items = [{"role": "user", "content": ASKED}, *called.output, output]
            answered = made.responses.create(**asking, input=items)

    assert [item.type for item in called.output] == ["reasoning", "message", "function_call"]
    assert server.requests[1].json["messages"][1]["content"] == [
        {"type": "thinking", "thinking": "Hm.", "signature": "sig"},
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "t", "name": "get_weather", "input": {}},
    ]
    assert answered.output_text == "Warm."


def test_a_piece_is_passed_on_before_the_next_has_come():
    hold = Hold()
    first = chunked_head() + chunk(step("Mo"))
    with (
        Scripted([READ, first, hold, chunk(step("net", "stop") + USAGE + event("[DONE]"))]) as server,
        behind(server) as served,
    ):
        with client_of(served) as made, made.responses.create(**ASK, stream=True) as stream:
            pieces = (each.delta for each in stream if each.type == "response.output_text.delta")
            assert next(pieces) == "Mo"
            hold.release()
            assert list(pieces) == ["net"]


UPSTREAM = {
    "slow down": (answer(b'{"error":{"message":"slow"}}', "429 Slow", {"retry-after": "1"}), openai.RateLimitError),
    "no such model": (answer(b'{"error":{"message":"none"}}', "404 None"), openai.NotFoundError),
    "a wrong credential": (answer(b'{"error":{"message":"sk-1 is wrong"}}', "401 No"), openai.InternalServerError),
    "broken": (answer(b"<html>"), openai.InternalServerError),
}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(("said", "kind"), UPSTREAM.values(), ids=UPSTREAM)
def test_an_upstreams_failure_keeps_its_status(said, kind, streamed):
    # The gateway's own client asks again where that may help.
    with Scripted([READ, said, READ, said, READ, said]) as server, behind(server) as served, client_of(served) as made:
        with pytest.raises(kind) as caught:
            made.responses.create(**ASK, stream=streamed)

    assert "sk-1" not in str(caught.value.body)


BROKEN = {
    "says so": chunked(step("Mo"), event({"error": {"message": "busy", "type": "overloaded_error", "code": "busy"}})),
    "is cut": chunked_head() + chunk(step("Mo")),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_stream_that_fails_holds_what_came_of_it_and_raises(broken):
    seen = []
    with Scripted([READ, broken, CLOSE]) as server, behind(server) as served:
        with client_of(served) as made, pytest.raises(openai.APIError) as caught:
            seen.extend(made.responses.create(**ASK, stream=True))
        served.stop()
        (entry,) = served.ledger

    failed = seen_last(caught, seen)
    assert failed.response.status == "failed"
    assert failed.response.output_text == "Mo"
    assert failed.response.error.message == caught.value.message
    assert "response.completed" not in [event.type for event in seen]
    assert entry["end"] == "failed"


def seen_last(caught, seen):
    """The last event before the error was raised: `extend` has taken in those that came before it."""
    assert caught.value.body["message"]
    return seen[-1]


def test_the_streaming_helper_takes_no_failed_stream_for_an_answer():
    with (
        Scripted([READ, chunked_head() + chunk(step("Mo")), CLOSE]) as server,
        behind(server) as served,
        client_of(served) as made,
        made.responses.stream(**ASK) as stream,
    ):
        with pytest.raises(openai.APIError):
            stream.get_final_response()


def test_a_caller_who_leaves_is_seen_upstream():
    with Scripted([READ, chunked_head() + chunk(step("Mo"))]) as server, behind(server) as served:
        with client_of(served) as made, made.responses.create(**ASK, stream=True) as stream:
            assert next(each.delta for each in stream if each.type == "response.output_text.delta") == "Mo"
        assert server.left()
        assert until(lambda: served.health()["requests"]["disconnected"] == 1)


def test_the_events_are_named_and_nothing_follows_the_last(gateway):
    body = json.dumps(ASK | {"stream": True, "max_output_tokens": 2}).encode()
    with urllib.request.urlopen(gateway.url + "/responses", data=body, timeout=30) as got:  # noqa: S310 - loopback
        raw = got.read().decode()

    events = [part for part in raw.split("\n\n") if part.startswith("event: ")]
    for said in events:
        name, _, data = said.removeprefix("event: ").partition("\ndata: ")
        assert json.loads(data)["type"] == name
    assert events[-1].startswith("event: response.incomplete\n")
    assert "[DONE]" not in raw
