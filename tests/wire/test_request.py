"""Every parameter of the chat API, as a caller writes it: what is allowed, null, and wrong."""

import pytest

from dragoman import InvalidRequestError
from dragoman.wire.check import check_request
from dragoman.wire.request import ChatOptions, ChatRequest
from dragoman.wire.shape import fields, required

HELLO = [{"role": "user", "content": "What is the capital of France?"}]
WEATHER = {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
TOOL = {"type": "function", "function": WEATHER}
TEXT = {"type": "text", "text": "def paint():"}

PARAMETERS = {
    "audio": [{"format": "wav", "voice": "alloy"}, {"format": "pcm16", "voice": {"id": "voice_1"}}],
    "frequency_penalty": [-2, 0, 0.5, 2],
    "function_call": ["none", "auto", {"name": "get_weather"}],
    "functions": [[], [WEATHER]],
    "logit_bias": [{}, {"50256": -100, "7": 0.5}],
    "logprobs": [True, False],
    "max_completion_tokens": [1, 100_000],
    "max_tokens": [1, 100_000],
    "messages": [HELLO],
    "metadata": [{}, {"team": "paint", "run": "7"}],
    "min_p": [0, 0.05, 1],
    "modalities": [["text"], ["text", "audio"]],
    "model": ["gpt-x", "org/model:free"],
    "moderation": [
        {"model": "omni-moderation"},
        {"model": "omni-moderation", "policy": {"input": {"mode": "block"}, "output": {"mode": "score"}}},
    ],
    "n": [1, 128],
    "parallel_tool_calls": [True, False],
    "prediction": [{"type": "content", "content": "def paint():"}, {"type": "content", "content": [TEXT]}],
    "presence_penalty": [-2, 0, 0.5, 2],
    "prompt_cache_key": ["tenant-7"],
    "prompt_cache_options": [{}, {"mode": "explicit", "ttl": "30m"}],
    "prompt_cache_retention": ["in_memory", "24h"],
    "reasoning_effort": ["none", "minimal", "low", "medium", "high", "xhigh", "max", "a vendor's own"],
    "response_format": [
        {"type": "text"},
        {"type": "json_object"},
        {"type": "json_schema", "json_schema": {"name": "painter"}},
        {
            "type": "json_schema",
            "json_schema": {
                "name": "painter",
                "description": "One painter.",
                "schema": {"type": "object"},
                "strict": True,
            },
        },
    ],
    "safe_prompt": [True, False],
    "safety_identifier": ["5f4dcc3b"],
    "seed": [-(2**63), 0, 2**63 - 1],
    "service_tier": ["auto", "default", "flex", "scale", "priority", "fast"],
    "stop": ["\n", [], ["a", "b", "c", "d"]],
    "store": [True, False],
    "stream": [True, False],
    "stream_options": [{}, {"include_usage": True, "include_obfuscation": False}],
    "temperature": [0, 0.7, 2],
    "tool_choice": ["none", "auto", "required", "any", {"type": "function", "function": {"name": "get_weather"}}],
    "tools": [[], [TOOL]],
    "top_k": [-1, 0, 40],
    "top_logprobs": [0, 20],
    "top_p": [0, 0.9, 1],
    "user": ["user-7"],
    "verbosity": ["low", "medium", "high"],
    "web_search_options": [
        {},
        {
            "search_context_size": "low",
            "user_location": {
                "type": "approximate",
                "approximate": {
                    "country": "FR",
                    "region": "Île-de-France",
                    "city": "Paris",
                    "timezone": "Europe/Paris",
                },
            },
        },
    ],
}

NEEDS = {
    "function_call": {"functions": [WEATHER]},
    "stream_options": {"stream": True},
    "tool_choice": {"tools": [TOOL]},
    "top_logprobs": {"logprobs": True},
}
"""What has to stand beside a parameter: see `test_rules`."""

EACH = [(name, value) for name, allowed in PARAMETERS.items() for value in allowed]
OPTIONAL = sorted(set(PARAMETERS) - {"messages", "model"})

WRONG = [
    ({"audio": {"voice": "alloy"}}, "audio.format is missing"),
    ({"audio": {"format": "wav", "voice": {}}}, "audio.voice.id is missing"),
    ({"frequency_penalty": 2.1}, "frequency_penalty must be at most 2, not 2.1"),
    ({"presence_penalty": -3}, "presence_penalty must be at least -2, not -3"),
    ({"function_call": "always"}, "function_call must be 'none' or 'auto', not 'always'"),
    ({"functions": [WEATHER] * 129}, "functions must have at most 128 items, not 129"),
    ({"logit_bias": {"7": "no"}}, "logit_bias.7 must be a number, not 'no'"),
    ({"max_tokens": 0}, "max_tokens must be at least 1, not 0"),
    ({"max_completion_tokens": 1.5}, "max_completion_tokens must be a whole number, not 1.5"),
    ({"metadata": {"team": 7}}, "metadata.team must be a string, not 7"),
    ({"min_p": 2}, "min_p must be at most 1, not 2"),
    ({"modalities": "text"}, "modalities must be an array, not 'text'"),
    ({"moderation": {"policy": None}}, "moderation.model is missing"),
    ({"moderation": {"model": "m", "policy": {"input": {}}}}, "moderation.policy.input.mode is missing"),
    ({"n": 129}, "n must be at most 128, not 129"),
    ({"prediction": {"type": "text", "content": ""}}, "prediction.type must be 'content', not 'text'"),
    ({"prompt_cache_options": {"ttl": 30}}, "prompt_cache_options.ttl must be a string, not 30"),
    ({"response_format": "json"}, "response_format must be an object, not 'json'"),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema is missing"),
    (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": "{}"}}},
        "response_format.json_schema.schema must be an object, not '{}'",
    ),
    ({"seed": -(2**63) - 1}, "seed must be at least -9223372036854775808, not -9223372036854775809"),
    ({"stream_options": {"include_usage": "yes"}}, "stream_options.include_usage must be true or false, not 'yes'"),
    ({"top_k": -2}, "top_k must be at least -1, not -2"),
    ({"top_logprobs": 21}, "top_logprobs must be at most 20, not 21"),
    ({"top_p": 1.1}, "top_p must be at most 1, not 1.1"),
    (
        {"web_search_options": {"user_location": {"type": "approximate"}}},
        "web_search_options.user_location.approximate is missing",
    ),
    (
        {"web_search_options": {"user_location": {"type": "exact", "approximate": {}}}},
        "web_search_options.user_location.type must be 'approximate', not 'exact'",
    ),
]


def ask(**given):
    return {"model": "m", "messages": HELLO} | given


def test_no_parameter_is_without_an_example():
    assert set(PARAMETERS) == set(fields(ChatRequest))


def test_the_clients_options_are_the_request_but_for_what_its_methods_take_themselves():
    assert set(fields(ChatRequest)) - set(fields(ChatOptions)) == {"messages", "model", "stream"}
    assert required(ChatOptions) == []


@pytest.mark.parametrize(("name", "value"), EACH, ids=[f"{name}-{value!s:.30}" for name, value in EACH])
def test_a_parameter_may_have_each_of_its_values(name, value):
    check_request(ask(**NEEDS.get(name, {}), **{name: value}))


@pytest.mark.parametrize("name", OPTIONAL)
def test_null_stands_for_a_parameter_that_is_left_out(name):
    check_request(ask(**{name: None}))


def test_all_parameters_may_be_there_at_once():
    whole = {name: allowed[-1] for name, allowed in PARAMETERS.items()}

    check_request(whole | {"logprobs": True, "stream": True})


@pytest.mark.parametrize(("given", "sentence"), WRONG, ids=[sentence for _, sentence in WRONG])
def test_a_wrong_value_is_refused_by_its_place(given, sentence):
    with pytest.raises(InvalidRequestError) as caught:
        check_request(ask(**given))

    assert str(caught.value) == sentence
    assert caught.value.param == sentence.split()[0]


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_nothing_is_taken_that_is_of_no_type_the_parameter_has(name):
    allowed = {type(value) for value in [*PARAMETERS[name], None]}
    strangers = [value for value in (True, "text", [], {}) if type(value) not in allowed]

    for value in strangers:
        with pytest.raises(InvalidRequestError, match=f"^{name} must be ") as caught:
            check_request(ask(**{name: value}))
        assert caught.value.param == name
