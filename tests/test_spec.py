"""spec/openapi.json: it is what the code says, it is a valid description, and real documents are as it says."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from dragoman import StatusError
from dragoman.gateway.openapi import document
from serving import Served, get

FILE = Path(__file__).parent.parent / "spec" / "openapi.json"
SPEC = json.loads(FILE.read_bytes())
SCHEMAS = SPEC["components"]["schemas"]
HELLO = [{"role": "user", "content": "What is the capital of France?"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"enum": ["Paris"]}}, "required": ["city"]},
    },
}
PAINTER = {"type": "object", "properties": {"age": {"enum": [7]}}, "required": ["age"], "additionalProperties": False}

REQUESTS = {
    "plain": {"messages": HELLO, "max_tokens": 4},
    "with null": {"messages": HELLO, "max_tokens": 4, "stop": None, "tools": None, "user": None},
    "several, with log probabilities": {
        "messages": HELLO,
        "max_tokens": 2,
        "n": 2,
        "logprobs": True,
        "top_logprobs": 2,
    },
    "tools": {"messages": HELLO, "tools": [WEATHER], "tool_choice": "required"},
    "functions": {"messages": HELLO, "functions": [WEATHER["function"]], "function_call": {"name": "get_weather"}},
    "a schema": {
        "messages": HELLO,
        "response_format": {"type": "json_schema", "json_schema": {"name": "painter", "schema": PAINTER}},
    },
    "a conversation": {
        "messages": [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Weather?"}], "name": "Ada"},
            {
                "role": "assistant",
                "tool_calls": [{"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}],
            },
            {"role": "tool", "tool_call_id": "a", "content": "21 °C"},
        ],
        "max_tokens": 2,
        "stop": ["\n"],
    },
}
REFUSED = {
    "out of bounds": {"messages": HELLO, "temperature": 3},
    "no messages": {"messages": []},
    "a role that is no word": {"messages": [{"role": 5, "content": "Hi"}]},
    "a part without its text": {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
    "too many stops": {"messages": HELLO, "stop": list("abcde")},
    "a tool's name": {"messages": HELLO, "tools": [{"type": "function", "function": {"name": "a b"}}]},
    "a word for a number": {"messages": HELLO, "n": "2"},
}


def each_object(value, path=""):
    """Every object in a document, and its place."""
    if isinstance(value, dict):
        yield path, value
        for name, inner in value.items():
            yield from each_object(inner, f"{path}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from each_object(inner, f"{path}/{number}")


PLACES = dict(each_object(SPEC, "#"))


def validate(value, name):
    """See that a document is as the description says of its name."""
    jsonschema.Draft202012Validator(SPEC | {"$ref": f"#/components/schemas/{name}"}).validate(value)


@pytest.fixture(scope="module")
def served():
    with Served() as gateway:
        yield gateway


@pytest.fixture
def client(served):
    with served.client() as made:
        yield made


def test_it_is_what_the_code_says():
    assert FILE.read_bytes() == document() + b"\n", "run make spec"


def test_every_reference_leads_somewhere_and_nothing_is_there_that_none_leads_to():
    led_to = {found["$ref"] for found in PLACES.values() if isinstance(found.get("$ref"), str)}
    led_to |= {f"#/components/securitySchemes/{name}" for needed in SPEC["security"] for name in needed}
    told = {f"#/components/{kind}/{name}" for kind, parts in SPEC["components"].items() for name in parts}

    assert led_to == told
    assert led_to <= PLACES.keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["description"]
    assert set(SCHEMAS[name].get("required", [])) <= set(SCHEMAS[name]["properties"])


def test_what_tells_kinds_apart_is_in_each_of_them_with_that_value():
    told = [found for found in PLACES.values() if "propertyName" in found and "mapping" in found]

    assert len(told) >= 5
    for discriminator in told:
        for value, kind in discriminator["mapping"].items():
            assert PLACES[kind]["properties"][discriminator["propertyName"]]["enum"] == [value]
            assert discriminator["propertyName"] in PLACES[kind]["required"]


def test_its_own_words_are_those_of_openapi():
    assert re.fullmatch(r"3\.1\.\d", SPEC["openapi"])
    assert {"title", "version"} <= SPEC["info"].keys()
    for path, calls in SPEC["paths"].items():
        assert path.startswith("/")
        assert calls.keys() <= {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
        for call in calls.values():
            assert all(re.fullmatch(r"[1-5]\d\d|default", status) for status in call["responses"])
            assert all(told["description"] for told in call["responses"].values())


@pytest.mark.parametrize("name", REQUESTS)
def test_what_is_asked_and_answered_is_as_described(client, name):
    body = {"model": "m", "seed": 7} | REQUESTS[name]

    validate(body, "ChatRequest")
    validate(client.chat.send(body).to_dict(), "Completion")


@pytest.mark.parametrize("name", REQUESTS)
def test_each_chunk_of_a_stream_is_as_described(client, name):
    body = {"model": "m", "seed": 7, "stream": True, "stream_options": {"include_usage": True}} | REQUESTS[name]

    validate(body, "ChatRequest")
    chunks = [chunk.to_dict() for chunk in client.chat.send(body)]
    assert chunks[-1]["usage"]
    for chunk in chunks:
        validate(chunk, "Chunk")


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_described_as_wrong_is_refused_with_the_body_that_is_described(client, name):
    body = {"model": "m"} | REFUSED[name]

    with pytest.raises(jsonschema.ValidationError):
        validate(body, "ChatRequest")
    with pytest.raises(StatusError) as caught:
        client.chat.send(body)
    assert caught.value.status == 400
    validate(json.loads(caught.value.body), "FaultBody")


def test_the_models_are_as_described(client):
    models = get(client, "/v1/models")

    validate(models, "ModelList")
    validate(get(client, f"/v1/models/{models['data'][0]['id']}"), "ModelCard")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_and_readiness_are_as_described(client, path):
    client.chat.send({"model": "m", "messages": HELLO, "max_tokens": 1})
    told = SPEC["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]

    jsonschema.Draft202012Validator(told).validate(get(client, path))
