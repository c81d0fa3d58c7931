"""A gateway in front of an upstream that speaks the Responses API, asked in each API; and this gateway as such an upstream."""

import asyncio
import json
from dataclasses import dataclass
from typing import Literal

import anthropic
import openai
import pytest

from dragoman import AsyncDragoman, Dragoman, errors
from responded import CALLED, FAILED, RESPONSE, SAID, SEARCH, TEXT, THOUGHT, events_of
from scripted import READ, Scripted, answer, chunked
from serving import Served
from spoken import on_the_wire

HELLO = "Who is the best French painter?"
MESSAGES = [{"role": "user", "content": HELLO}]
ITEM = {"type": "message", "role": "user", "content": HELLO}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "He is."}
STREAM = chunked(*map(on_the_wire, events_of(RESPONSE)))
FUNCTION = {"type": "function", "name": "look_up", "parameters": {"type": "object"}}


def body_of(value, status="200 OK"):
    return answer(json.dumps(value).encode(), status)


def behind(server):
    return Served("--upstream", server.url("/v1/responses"))


def in_responses(served):
    return openai.OpenAI(base_url=served.url, api_key="any", max_retries=0)


def test_whoever_asks_in_whichever_api_is_answered_and_it_is_written_down():
    with (
        Scripted([READ, body_of(TEXT)] * 3) as server,
        behind(server) as served,
    ):
        with served.client() as chat:
            texts = [chat.chat.create(messages=HELLO).text]
        with anthropic.Anthropic(base_url=served.url.removesuffix("/v1"), api_key="any", max_retries=0) as claude:
            texts.append(claude.messages.create(model="any", max_tokens=50, messages=MESSAGES).content[0].text)
        with in_responses(served) as made:
            texts.append(made.responses.create(model="any", input=HELLO).output_text)
        served.stop()
        ledger = served.ledger

    assert texts == ["Monet"] * 3
    assert [request.line for request in server.requests] == ["POST /v1/responses HTTP/1.1"] * 3
    assert [request.json["input"] for request in server.requests] == [[ITEM]] * 3
    assert [request.json["store"] for request in server.requests] == [False] * 3
    for entry in ledger:
        told = {name: entry[name] for name in ("end", "prompt_tokens", "completion_tokens", "cached_tokens")}
        assert told == {"end": "completed", "prompt_tokens": 12, "completion_tokens": 5, "cached_tokens": 7}
    assert len(ledger) == 3


def test_streams_in_each_api():
    with Scripted([READ, STREAM] * 2) as server, behind(server) as served:
        with served.client() as chat:
            completion = chat.chat.stream(messages=HELLO).until_done()
        with (
            anthropic.Anthropic(base_url=served.url.removesuffix("/v1"), api_key="any", max_retries=0) as claude,
            claude.messages.stream(model="any", max_tokens=50, messages=MESSAGES) as stream,
        ):
            message = stream.get_final_message()

    assert (completion.text, completion.message.reasoning_content) == ("Monet", "A painter…")
    assert completion.usage.total_tokens == 17
    assert [(block.name, block.input) for block in message.content if block.type == "tool_use"] == [
        ("look_up", {"who": "Monet"})
    ]
    assert message.usage.output_tokens == 5


@pytest.mark.parametrize("streamed", [False, True])
def test_from_one_responses_api_to_the_other_nothing_is_lost(streamed):
    said = STREAM if streamed else body_of(RESPONSE)
    asking = {
        "model": "gpt-5",
        "tools": [FUNCTION, {"type": "web_search"}],
        "include": ["reasoning.encrypted_content", "web_search_call.action.sources"],
        "reasoning": {"effort": "low", "summary": "auto"},
        "truncation": "auto",
        "store": False,
    }
    with (
        Scripted([READ, said, READ, body_of(TEXT)]) as server,
        behind(server) as served,
        in_responses(served) as made,
    ):
        first = made.responses.create(**asking, input=[ITEM], stream=streamed)
        if streamed:
            *_, last = first
            first = last.response
        output = [item.to_dict() for item in first.output]
        made.responses.create(**asking, input=[ITEM, *output, OUTPUT])

    assert output == [THOUGHT, SEARCH, SAID, CALLED]
    assert (first.usage.input_tokens, first.usage.input_tokens_details.cached_tokens) == (12, 7)
    assert server.requests[0].json == asking | {"input": [ITEM]} | ({"stream": True} if streamed else {})
    assert server.requests[1].json == asking | {"input": [ITEM, THOUGHT, SEARCH, SAID, CALLED, OUTPUT]}


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (body_of({"error": {"message": "none", "code": "model_not_found"}}, "404 None"), errors.NotFoundError),
        (
            body_of({"error": {"message": "long", "code": "context_length_exceeded"}}, "400 Bad"),
            errors.ContextLengthError,
        ),
        (body_of(FAILED), errors.RateLimitError),
        (answer(b"<html>"), errors.ServerError),
    ],
)
def test_a_failure_keeps_its_status(said, kind):
    with Scripted([READ, said] * 3) as server, behind(server) as served, served.client(retries=0) as made:
        with pytest.raises(kind):
            made.chat.create(messages=HELLO)


def test_an_upstream_by_its_vendor_and_what_it_cannot_be_asked(tmp_path):
    with Scripted([READ, body_of(TEXT)]) as server:
        file = tmp_path / "dragoman.toml"
        file.write_text(f"""
            [upstreams.openai]
            vendor = "openai-responses"
            url = "{server.url("/v1")}"
            credentials = ["env:PLANTED"]
        """)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PLANTED", "sk-own")
            served = Served("--config", str(file))
        with served, served.client() as made:
            text = made.chat.create(model="gpt-5", messages=HELLO).text
            with pytest.raises(errors.BadRequestError, match="seed: the Responses API has no such parameter"):
                made.chat.create(model="gpt-5", messages=HELLO, seed=1)

    assert text == "Monet"
    assert server.requests[0].headers["authorization"] == "Bearer sk-own"
    assert server.requests[0].json["include"] == ["reasoning.encrypted_content"]


@dataclass
class Painter:
    name: str
    century: Literal[18, 19, 20]


@pytest.fixture
def own(gateway):
    """The client, asking this gateway and the model on this machine in the Responses API."""
    with Dragoman(f"{gateway.url}/responses", api_key="any", model="any") as made:
        yield made


def test_this_gateway_answers_and_streams(own):
    asking = {"messages": "What is the capital of France?", "max_tokens": 8, "temperature": 0}
    whole = own.chat.create(**asking)
    with own.chat.stream(**asking) as stream:
        pieces = [chunk.text for chunk in stream]

    assert "Paris" in whole.text
    assert len([piece for piece in pieces if piece]) > 1
    assert "".join(pieces) == whole.text == stream.completion.text
    assert whole.usage.prompt_tokens == stream.usage.prompt_tokens > 5
    assert whole.finish_reason == stream.completion.finish_reason


def test_this_gateway_answers_of_a_type(own):
    painter = own.chat.parse(messages="Name a French painter.", output=Painter, temperature=0).parsed

    assert isinstance(painter, Painter)


def test_this_gateways_model_calls_tools(own):
    asked = []

    def get_weather(city: str) -> str:
        """Get the current weather in a city."""
        asked.append(city)
        return "22 degrees"

    own.chat.run(
        messages="What is the weather in Paris?", tools=[get_weather], tool_choice="required", temperature=0,
        max_tokens=60,
    )  # fmt: skip

    assert asked == ["Paris"]


def test_this_gateway_answers_asynchronously(gateway):
    async def main():
        async with AsyncDragoman(f"{gateway.url}/responses", api_key="any", model="any") as made:
            return await made.chat.create(messages="What is the capital of France?", max_tokens=8, temperature=0)

    assert "Paris" in asyncio.run(main()).text
