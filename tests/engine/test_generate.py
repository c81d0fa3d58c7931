"""What the model's answers are: the same for the same seed, cut where it was asked, whole characters, held to a form."""

import asyncio
import contextlib
import json
import math
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest

from dragoman import ContextLengthError, InvalidRequestError
from dragoman.engine import generate, llama
from dragoman.engine.ask import plan
from scripted import READ, Scripted, answer, chunked, event
from serving import until

VOCABULARY = 49152
JAPANESE = "Repeat: 日本語で"
"""What this model answers in characters of several tokens each."""

WEATHER = {
    "name": "get_weather",
    "description": "Get the weather in a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
ADD = {
    "name": "add",
    "description": "Sum of two numbers.",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
}
TOOLS = [{"type": "function", "function": each} for each in (WEATHER, ADD)]
BOTH = "What is the weather in Paris? Also add the numbers 3 and 4."

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
IMPOSSIBLE = {"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"], "not": {"required": ["a"]}}
"""A schema that holds the model to what it forbids: `not` is beyond what a grammar can say."""


def held_to(schema):
    return {"type": "json_schema", "json_schema": {"name": "form", "schema": schema}}


def said(completion, index=0):
    return completion["choices"][index]["message"]["content"]


def texts(completion):
    return [choice["message"]["content"] for choice in completion["choices"]]


def spoken(chunks):
    """The deltas of a stream's only answer that have text."""
    choices = [choice for chunk in chunks if chunk != "[DONE]" for choice in chunk["choices"]]
    return [choice["delta"]["content"] for choice in choices if choice["delta"].get("content")]


def test_at_temperature_zero_an_answer_is_the_same_whatever_the_seed(model):
    answers = {said(model.create(seed=seed, max_tokens=16)) for seed in (None, 1, 2)}

    assert answers == {"The capital of France is Paris."}


def test_one_seed_gives_one_answer_and_another_another(model):
    def drawn(seed):
        return said(model.create(messages="Name an animal.", temperature=1.5, seed=seed, max_tokens=12))

    assert drawn(7) == drawn(7)
    assert drawn(-1) == drawn(-1), "llama.cpp's own mark for a seed of chance is a seed like any other here"
    assert len({drawn(seed) for seed in range(4)}) > 1


def test_without_a_seed_answers_differ(model):
    drawn = {said(model.create(messages="Tell me a story.", temperature=1.5, max_tokens=12)) for _ in range(4)}

    assert len(drawn) > 1


def test_a_stream_says_what_a_whole_answer_says(model):
    request = {"messages": "Name an animal.", "temperature": 1, "seed": 3, "max_tokens": 16}

    assert "".join(spoken(model.stream(**request))) == said(model.create(**request))


def test_requests_that_run_side_by_side_say_what_each_says_alone(model):
    requests = [
        {"messages": "Name an animal.", "temperature": 1, "seed": 3, "max_tokens": 24},
        {"messages": "Write a poem about the sea.", "temperature": 1, "seed": 4, "max_tokens": 24},
    ]
    alone = [said(model.create(**request)) for request in requests]

    with ThreadPoolExecutor() as pool:
        together = [said(completion) for completion in pool.map(lambda request: model.create(**request), requests)]

    assert together == alone


@pytest.mark.parametrize("n", [2, 6], ids=["as many as there are slots at most", "more than there are slots"])
def test_several_answers_are_those_of_the_seeds_that_follow(model, n):
    request = {"messages": "Name an animal.", "temperature": 1, "max_tokens": 6}

    completion = model.create(**request, seed=11, n=n)

    assert [choice["index"] for choice in completion["choices"]] == list(range(n))
    assert texts(completion) == [said(model.create(**request, seed=11 + index)) for index in range(n)]
    # The prompt counts once, as it is billed: what the answers share is not asked anew.
    alone = model.create(**request, seed=11)["usage"]
    assert completion["usage"]["prompt_tokens"] == alone["prompt_tokens"]
    assert completion["usage"]["completion_tokens"] > alone["completion_tokens"]


def test_several_streamed_answers_each_begin_and_end_once(model):
    chunks = model.stream(messages="Name an animal.", n=3, seed=1, temperature=1, max_tokens=4)[:-1]

    for index in range(3):
        own = [choice for chunk in chunks for choice in chunk["choices"] if choice["index"] == index]
        assert [choice["delta"].get("role") for choice in own] == ["assistant"] + [None] * (len(own) - 1)
        assert [bool(choice["finish_reason"]) for choice in own] == [False] * (len(own) - 1) + [True]


def test_an_answer_of_as_many_tokens_as_were_allowed_ended_by_its_length(model):
    completion = model.create(max_tokens=3)

    assert completion["choices"][0]["finish_reason"] == "length"
    assert completion["usage"]["completion_tokens"] == 3
    assert said(completion) == "The capital of"


def test_an_answer_that_came_to_its_end_says_so(model):
    completion = model.create(max_tokens=100)

    assert completion["choices"][0]["finish_reason"] == "stop"
    usage = completion["usage"]
    assert usage["completion_tokens"] < 20
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_the_newer_name_of_the_limit_wins(model):
    assert said(model.create(max_tokens=50, max_completion_tokens=2)) == "The capital"


def test_an_answer_ends_where_the_context_does(engines):
    with engines(slots=1, context=64) as endpoint:
        completion = endpoint.create(messages="word " * 40, max_tokens=500, logit_bias={"2": -100})
        one_too_many = endpoint.refusal(messages="word " * 80)

    assert completion["choices"][0]["finish_reason"] == "length"
    assert completion["usage"]["total_tokens"] == 64
    assert one_too_many["code"] == "context_length_exceeded"


@pytest.mark.parametrize(
    ("stop", "text"),
    [
        ("France", "The capital of "),
        (["Paris", "of"], "The capital "),
        ("capital of", "The "),
        ("nce is Pa", "The capital of Fra"),
        ("The", ""),
        ("Berlin", "The capital of France is Paris."),
    ],
    ids=["a word", "the first of two", "several tokens", "across tokens", "at once", "never"],
)
@pytest.mark.parametrize("streamed", [True, False])
def test_an_answer_ends_before_a_text_that_stops_it(model, stop, text, streamed):
    request = {"stop": stop, "max_tokens": 20}
    got = "".join(spoken(model.stream(**request))) if streamed else said(model.create(**request))

    assert got == text


def test_what_stopped_an_answer_is_no_limit(model):
    assert model.create(stop="France", max_tokens=20)["choices"][0]["finish_reason"] == "stop"


def test_a_stream_has_whole_characters_whatever_the_tokens_are(model):
    whole = model.create(messages=JAPANESE, max_tokens=12)
    pieces = spoken(model.stream(messages=JAPANESE, max_tokens=12))

    assert whole["usage"]["completion_tokens"] > len(pieces), "a character was of several tokens"
    assert "".join(pieces) == said(whole)
    assert "\ufffd" not in said(whole)


@pytest.mark.parametrize("tokens", range(1, 5))
def test_an_answer_cut_inside_a_character_leaves_that_character_out(model, tokens):
    longer = said(model.create(messages=JAPANESE, max_tokens=12))

    cut = said(model.create(messages=JAPANESE, max_tokens=tokens))

    assert longer.startswith(cut)
    assert len(cut) < tokens


def test_log_probabilities_are_those_of_the_tokens_that_came(model):
    completion = model.create(logprobs=True, top_logprobs=3, max_tokens=4)
    tokens = completion["choices"][0]["logprobs"]["content"]

    assert "".join(token["token"] for token in tokens) == said(completion)
    for token in tokens:
        assert bytes(token["bytes"]).decode() == token["token"]
        likeliest = [other["logprob"] for other in token["top_logprobs"]]
        assert len(likeliest) == 3
        assert likeliest == sorted(likeliest, reverse=True)
        assert token["logprob"] == likeliest[0] <= 0, "at temperature 0 the likeliest comes"
        assert sum(math.exp(each) for each in likeliest) <= 1.0001


def test_log_probabilities_come_without_others_where_none_were_asked_for(model):
    completion = model.create(logprobs=True, max_tokens=3)
    tokens = completion["choices"][0]["logprobs"]["content"]

    assert [token["token"] for token in tokens] == ["The", " capital", " of"]
    assert [token["top_logprobs"] for token in tokens] == [[]] * 3


def test_a_stream_has_the_same_log_probabilities(model):
    request = {"logprobs": True, "top_logprobs": 1, "max_tokens": 4}
    whole = model.create(**request)["choices"][0]["logprobs"]["content"]

    chunks = [chunk for chunk in model.stream(**request) if chunk != "[DONE]"]
    found = [token for chunk in chunks for token in (chunk["choices"][0]["logprobs"] or {"content": []})["content"]]

    assert [token["token"] for token in found] == [token["token"] for token in whole]


def test_a_token_can_be_forbidden(model):
    assert said(model.create(max_tokens=1)) == "The"

    # 504 is "The" in the vocabulary of these weights.
    assert said(model.create(max_tokens=1, logit_bias={"504": -100})) != "The"


def test_an_answer_goes_on_from_the_assistants_own_open_message(model):
    question = {"role": "user", "content": "What is the capital of France?"}
    opened = {"role": "assistant", "content": "The capital of France is", "prefix": True}

    assert said(model.create(messages=[question, opened], max_tokens=4)).startswith(" Paris")


def test_what_prompts_share_is_not_read_twice(model):
    request = {"messages": "Here is a long question about nothing at all, asked twice. What is it?", "max_tokens": 1}
    model.create(**request)

    usage = model.create(**request)["usage"]

    assert 0 < usage["prompt_tokens_details"]["cached_tokens"] < usage["prompt_tokens"]


@pytest.mark.parametrize("streamed", [True, False])
def test_an_answer_held_to_a_schema_matches_it(model, streamed):
    request = {"messages": "Invent a person.", "response_format": held_to(PERSON), "max_tokens": 60}
    text = "".join(spoken(model.stream(**request))) if streamed else said(model.create(**request))

    jsonschema.validate(json.loads(text), PERSON)


def test_an_answer_that_has_only_to_be_json_is_an_object(model):
    completion = model.create(messages="Name a city as JSON.", response_format={"type": "json_object"}, max_tokens=60)

    assert completion["choices"][0]["finish_reason"] == "stop"
    assert isinstance(json.loads(said(completion)), dict)


def test_json_that_the_limit_cuts_short_is_told_by_its_end_and_is_no_failure(model):
    completion = model.create(messages="Invent a person.", response_format=held_to(PERSON), max_tokens=4)

    assert completion["choices"][0]["finish_reason"] == "length"
    assert said(completion).startswith("{")


def test_an_answer_that_cannot_match_its_schema_is_an_error_and_never_passes_for_one_that_does(model):
    reply = model.post(response_format=held_to(IMPOSSIBLE), max_tokens=30)

    assert reply.status == 500
    assert reply.error["code"] == "schema_mismatch"
    assert reply.error["message"].startswith("the model's answer does not match the schema it was held to: ")


def test_a_stream_that_does_not_match_its_schema_ends_with_the_error_and_no_mark_of_success(model):
    *chunks, last = model.stream(response_format=held_to(IMPOSSIBLE), max_tokens=30)

    assert json.loads("".join(spoken(chunks))) == {"a": 1}
    assert last["error"]["code"] == "schema_mismatch"
    assert not any(choice["finish_reason"] for chunk in chunks for choice in chunk["choices"])


def test_a_call_is_the_functions_name_and_arguments_that_match(model):
    completion = model.create(messages="What is the weather in Paris?", tools=TOOLS, max_tokens=40)
    (choice,) = completion["choices"]

    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    (call,) = choice["message"]["tool_calls"]
    assert call["id"].startswith("call_")
    assert call["type"] == "function"
    assert call["function"]["name"] == "get_weather"
    assert json.loads(call["function"]["arguments"]) == {"city": "Paris"}


def test_two_calls_follow_each_other_in_a_stream_by_their_places(model):
    chunks = model.stream(messages=BOTH, tools=TOOLS, max_tokens=100)[:-1]
    parts = [part for chunk in chunks for part in chunk["choices"][0]["delta"].get("tool_calls", [])]

    assert [part["index"] for part in parts] == sorted(part["index"] for part in parts)
    assert [part["function"]["name"] for part in parts if "id" in part] == ["get_weather", "add"]
    for place, function in enumerate((WEATHER, ADD)):
        text = "".join(part["function"]["arguments"] for part in parts if part["index"] == place)
        jsonschema.validate(json.loads(text), function["parameters"])
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_calls_share_one_limit_and_what_it_cuts_ended_by_its_length(model):
    (choice,) = model.create(messages=BOTH, tools=TOOLS, max_tokens=10)["choices"]

    assert choice["finish_reason"] == "length"
    assert choice["message"]["tool_calls"][0]["function"]["name"] == "get_weather"


def test_the_older_form_of_a_call_is_answered_in_the_older_form(model):
    completion = model.create(messages="What is the weather in Paris?", functions=[WEATHER], max_tokens=40)
    (choice,) = completion["choices"]

    assert choice["finish_reason"] == "function_call"
    assert choice["message"]["function_call"]["name"] == "get_weather"
    assert json.loads(choice["message"]["function_call"]["arguments"]) == {"city": "Paris"}


def planned(**request):
    whole = {"model": "m", "messages": [{"role": "user", "content": "Hello!"}], "temperature": 0, "max_tokens": 30}
    return plan(whole | request, VOCABULARY, embedded=True)


def generating(socket, use, slots=1):
    """What a coroutine function makes of a generator of its own on some llama.cpp."""

    async def inside():
        with contextlib.closing(llama.Llama(socket)) as made:
            return await use(generate.Generator(made, "m", "fp_1", slots, 2048))

    return asyncio.run(inside())


async def all_of(generator, work):
    return [chunk async for chunk in generator.chunks(work)]


@pytest.fixture
def real(model):
    return llama.inner(str(Path(unquote(urlsplit(model.engine.url).netloc)).parent))


@pytest.fixture
def place():
    with tempfile.TemporaryDirectory(prefix="dragoman-", dir="/tmp") as folder:
        yield llama.inner(folder)


def test_leaving_the_chunks_stops_the_work_even_when_nobody_reads_what_was_made(real, model):
    async def leave(generator):
        work = planned(max_tokens=1500, logit_bias={"2": -100})
        async with contextlib.aclosing(generator.chunks(work)) as chunks:
            await anext(chunks)
            # Nothing is taken any more: what is made piles up to the bound, and waits.
            assert await asyncio.to_thread(until, lambda: model.health()["busy"] == 1)
        assert await asyncio.to_thread(until, lambda: model.health()["busy"] == 0)
        return await all_of(generator, planned(max_tokens=1))

    assert generating(real, leave)[-1]["usage"]["completion_tokens"] == 1


def test_a_prompt_that_leaves_no_room_is_refused_before_anything_is_made(real):
    with pytest.raises(ContextLengthError, match="tokens, and this model's context holds 2048"):
        generating(real, lambda it: all_of(it, planned(messages=[{"role": "user", "content": "word " * 2100}])))


def test_of_several_calls_the_one_of_most_tokens_has_to_fit_whatever_its_letters(real):
    long = {"zed": "\N{CJK UNIFIED IDEOGRAPH-8AAD}" * 700, "yed": "a b" * 400}
    offered = [{"type": "function", "function": {"name": name, "description": words}} for name, words in long.items()]
    work = planned(messages=[{"role": "user", "content": "zed and yed"}], tools=offered)

    with pytest.raises(ContextLengthError, match="tokens, and this model's context holds 2048"):
        generating(real, lambda it: all_of(it, work))


ASKED = [READ, answer(b'{"prompt": "x"}'), READ, answer(b'{"tokens": [1, 2, 3]}')]
"""How a request begins: how long is it?"""


def written(text, reason="stop"):
    """llama.cpp's answer with this text."""
    choices = [{"index": 0, "delta": {"content": text}, "finish_reason": None}]
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    usage = {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 5}}
    return chunked(event({"choices": choices}), event(end), event(usage), event("[DONE]"))


def folded(chunks):
    return "".join(spoken(chunks))


def test_an_answer_that_does_not_match_is_made_again_with_a_seed_of_its_own(place):
    work = planned(response_format=held_to(PERSON), seed=5)
    good = '{"name":"Ada","age":36}'
    script = [*ASKED, READ, written('{"name":"Ada","age":-1}'), READ, written(good)]

    with Scripted(script, unix=place) as server:
        chunks = generating(place, lambda it: all_of(it, work))
        seeds = [request.json["seed"] for request in server.requests[2:]]

    assert folded(chunks) == good, "and nothing of the first"
    assert seeds == [5, (5 + generate.STRIDE) % 0xFFFF_FFFF]
    assert chunks[-1]["usage"]["completion_tokens"] == 5


def test_an_answer_that_never_matches_is_an_error_after_so_many_tries(place):
    work = planned(response_format=held_to(PERSON))
    script = [*ASKED, *[READ, written('{"name":"Ada"}')] * generate.TRIES]

    with Scripted(script, unix=place) as server:
        with pytest.raises(generate.SchemaMismatch, match="'age' is a required property"):
            generating(place, lambda it: all_of(it, work))

        assert len(server.requests) == 2 + generate.TRIES


def test_a_stream_is_not_made_again(place):
    work = planned(response_format=held_to(PERSON), stream=True)

    with Scripted([*ASKED, READ, written('{"name":"Ada"}')], unix=place) as server:
        with pytest.raises(generate.SchemaMismatch):
            generating(place, lambda it: all_of(it, work))

        assert len(server.requests) == 3


def test_an_answer_that_was_cut_is_not_made_again(place):
    work = planned(response_format=held_to(PERSON))

    with Scripted([*ASKED, READ, written('{"name":"A', "length")], unix=place) as server:
        chunks = generating(place, lambda it: all_of(it, work))

        assert len(server.requests) == 3
    assert chunks[-2]["choices"][0]["finish_reason"] == "length"


def test_an_answer_that_no_grammar_held_is_refused_though_it_was_cut(place):
    work = planned(response_format=held_to(PERSON))

    with Scripted([*ASKED, READ, written('{\n  "length": 10,', "length")], unix=place):
        with pytest.raises(InvalidRequestError, match="cannot be held to this schema"):
            generating(place, lambda it: all_of(it, work))


def test_the_first_answer_that_fails_ends_them_all(place):
    work = planned(n=2)
    broken = answer(b'{"error": {"message": "no memory", "code": 503}}', "503 Service Unavailable")

    with Scripted([*ASKED, READ, broken], [READ], unix=place) as server:
        with pytest.raises(llama.Refused, match="no memory"):
            generating(place, lambda it: all_of(it, work), slots=2)

        assert server.left(1), "the answer that was still being made is given up"


def test_chunks_say_which_answer_they_are_of_and_who_made_it(place):
    with Scripted([*ASKED, READ, written("Hi")], unix=place):
        chunks = generating(place, lambda it: all_of(it, planned()))

    assert {(chunk["model"], chunk["system_fingerprint"]) for chunk in chunks} == {("m", "fp_1")}
    assert len({chunk["id"] for chunk in chunks}) == 1
    assert chunks[-1]["usage"]["prompt_tokens"] == 3
