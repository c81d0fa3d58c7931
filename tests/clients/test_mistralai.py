"""The mistralai package, pointed at the gateway: its own spelling, its own models, its own errors."""

import asyncio
import json

import pytest
from mistralai.client import Mistral
from mistralai.client.errors import SDKError

HELLO = [{"role": "user", "content": "What is the capital of France?"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the current weather in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "maxLength": 30}},
            "required": ["city"],
        },
    },
}


@pytest.fixture
def mistral(gateway):
    with Mistral(api_key="any", server_url=gateway.url.removesuffix("/v1")) as made:
        yield made


def test_it_creates_and_its_seed_counts(mistral):
    first, second = (
        mistral.chat.complete(model="m", messages=HELLO, max_tokens=16, random_seed=7, safe_prompt=False).choices[0]
        for _ in range(2)
    )

    assert first.message.content == second.message.content


def test_it_streams(mistral):
    with mistral.chat.stream(model="m", messages=HELLO, max_tokens=8, temperature=0) as events:
        chunks = [event.data for event in events]

    assert "Paris" in "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] in {"stop", "length"}


def test_it_streams_asynchronously(gateway):
    async def main():
        async with Mistral(api_key="any", server_url=gateway.url.removesuffix("/v1")) as made:
            stream = await made.chat.stream_async(model="m", messages=HELLO, max_tokens=8, temperature=0)
            return [event.data async for event in stream]

    assert len(asyncio.run(main())) > 2


def test_any_tool_is_called_when_one_must_be(mistral):
    messages = [{"role": "user", "content": "What is the weather in Paris?"}]
    completion = mistral.chat.complete(model="m", messages=messages, tools=[WEATHER], tool_choice="any")
    call = completion.choices[0].message.tool_calls[0]

    assert call.function.name == "get_weather"
    assert "city" in json.loads(call.function.arguments)

    told = [*messages, completion.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "21 °C"}]
    assert mistral.chat.complete(model="m", messages=told, max_tokens=8).choices[0].message.content


def test_it_holds_an_answer_to_a_schema(mistral):
    schema = {"type": "object", "properties": {"city": {"type": "string", "maxLength": 20}}, "required": ["city"]}
    asked = {"type": "json_schema", "json_schema": {"name": "place", "schema": schema, "strict": True}}
    completion = mistral.chat.complete(model="m", messages=HELLO, response_format=asked, max_tokens=40)

    assert set(json.loads(completion.choices[0].message.content)) == {"city"}


def test_it_goes_on_from_a_prefix(mistral):
    messages = [*HELLO, {"role": "assistant", "content": "The capital of France is", "prefix": True}]
    completion = mistral.chat.complete(model="m", messages=messages, max_tokens=8, temperature=0)

    assert "Paris" in completion.choices[0].message.content


def test_it_lists_models(mistral):
    assert "smollm2-135m-instruct" in [model.id for model in mistral.models.list().data]


def test_it_sees_a_wrong_request_as_its_own_error(mistral):
    with pytest.raises(SDKError) as caught:
        mistral.chat.complete(model="m", messages=HELLO, temperature=9)

    assert caught.value.status_code == 400
    assert "temperature" in caught.value.body
