"""langchain-openai, pointed at the gateway."""

import asyncio

import openai
import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, Field


@tool
def get_weather(city: str) -> str:
    """Get the current weather in a city."""
    return f"21 °C in {city}"


class Place(BaseModel):
    """A place."""

    city: str = Field(description="its name", max_length=20)


def chat(gateway, **options):
    return ChatOpenAI(model="any", base_url=gateway.url, api_key="any", max_tokens=24, temperature=0, **options)


def test_it_invokes(gateway):
    answer = chat(gateway).invoke([SystemMessage("Be brief."), HumanMessage("What is the capital of France?")])

    assert "Paris" in answer.content
    assert answer.usage_metadata["output_tokens"] > 0
    assert answer.response_metadata["finish_reason"] in {"stop", "length"}


def test_it_streams_with_the_usage_at_the_end(gateway):
    chunks = list(chat(gateway, stream_usage=True).stream("What is the capital of France?"))
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk

    assert len(chunks) > 2
    assert "Paris" in whole.content
    assert whole.usage_metadata["total_tokens"] > whole.usage_metadata["output_tokens"] > 0


def test_it_streams_asynchronously(gateway):
    async def main():
        return [chunk.content async for chunk in chat(gateway).astream("What is the capital of France?")]

    assert "Paris" in "".join(asyncio.run(main()))


def test_it_asks_for_several_at_once(gateway):
    answers = chat(gateway).batch(["What is the capital of France?", "What is the capital of Italy?"])

    assert len(answers) == 2
    assert all(isinstance(answer, AIMessage) for answer in answers)


def test_it_binds_tools_and_gives_their_answers_back(gateway):
    asked = [HumanMessage("What is the weather in Paris?")]
    bound = chat(gateway).bind_tools([get_weather], tool_choice="required")
    answer = bound.invoke(asked)
    (call,) = answer.tool_calls

    assert call["name"] == "get_weather"
    told = [*asked, answer, ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"])]
    assert chat(gateway).invoke(told).content


def test_a_tools_arguments_come_in_pieces(gateway):
    bound = chat(gateway).bind_tools([get_weather], tool_choice="get_weather")
    whole = None
    for chunk in bound.stream("What is the weather in Paris?"):
        whole = chunk if whole is None else whole + chunk

    assert whole.tool_calls[0]["name"] == "get_weather"
    assert "city" in whole.tool_calls[0]["args"]


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_it_holds_an_answer_to_a_model(gateway, method):
    place = chat(gateway).with_structured_output(Place, method=method).invoke("Name a city in France.")

    assert isinstance(place, Place)


def test_it_sees_a_prompt_that_does_not_fit_as_openais_error(gateway):
    with pytest.raises(openai.BadRequestError) as caught:
        chat(gateway).invoke("long " * 5000)

    assert caught.value.code == "context_length_exceeded"
