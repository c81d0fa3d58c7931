"""The older API of completions, as openai's client sees it: on the model here, and with scripted upstreams behind."""

import json

import openai
import pytest

from answers import document, step
from dragoman.errors import InvalidRequestError
from dragoman.gateway.completions import COMPLETIONS
from dragoman.wire.chunk import read_chunk
from dragoman.wire.completion import read_completion
from scripted import CLOSE, READ, Scripted, chunk, chunked, chunked_head, event
from serving import Served

ASKED = {"model": "m", "prompt": "The capital of France is"}


def heard(**asked):
    return COMPLETIONS.hear(json.dumps(ASKED | asked).encode())[0]


def test_openai_completes_a_prompt(client):
    completion = client.completions.create(
        model="m", prompt="What is the capital of France?", temperature=0, max_tokens=8
    )

    assert completion.object == "text_completion"
    assert "Paris" in completion.choices[0].text
    assert completion.choices[0].finish_reason in {"stop", "length"}
    assert 0 < completion.usage.completion_tokens <= 8


def test_openai_streams_a_completion(client):
    asked = {"model": "m", "prompt": "What is the capital of France?", "temperature": 0, "max_tokens": 8}
    chunks = list(client.completions.create(**asked, stream=True, stream_options={"include_usage": True}))

    assert "Paris" in "".join(each.choices[0].text for each in chunks if each.choices)
    assert chunks[-1].usage.completion_tokens > 0
    assert [each.choices[0].finish_reason for each in chunks if each.choices][-1] in {"stop", "length"}


def test_log_probabilities_come_in_their_columns(client):
    completion = client.completions.create(model="m", prompt="Hello", logprobs=2, max_tokens=3, temperature=0)
    told = completion.choices[0].logprobs

    assert len(told.tokens) == len(told.token_logprobs) == len(told.top_logprobs) == len(told.text_offset) > 1
    assert "".join(told.tokens) == completion.choices[0].text
    assert all(len(likely) == 2 for likely in told.top_logprobs)
    assert told.text_offset[1] == len(told.tokens[0])


def test_a_prompt_is_asked_as_a_users_message():
    assert heard(best_of=1, echo=False, suffix=None, stop=["."], random_seed=3) == {
        "model": "m",
        "messages": [{"role": "user", "content": ASKED["prompt"]}],
        "max_tokens": 16,
        "stop": ["."],
        "seed": 3,
    }
    assert heard(prompt=["one"])["messages"][0]["content"] == "one"


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"prompt": None}, "prompt"),
        ({"prompt": ["a", "b"]}, "prompt"),
        ({"prompt": [1, 2]}, "prompt"),
        ({"suffix": "."}, "suffix"),
        ({"echo": True}, "echo"),
        ({"best_of": 3}, "best_of"),
        ({"logprobs": True}, "logprobs"),
        ({"temperature": 9}, "temperature"),
        ({"model": None}, "model"),
    ],
)
def test_what_a_chat_cannot_be_made_to_mean_is_refused_by_name(asked, param):
    with pytest.raises(InvalidRequestError) as caught:
        heard(**asked)

    assert caught.value.param == param


def test_a_stream_that_breaks_off_is_an_error_and_no_clean_end():
    with (
        Scripted([READ, chunked_head() + chunk(step("Mo")), CLOSE]) as upstream,
        Served("--upstream", upstream.url("/v1")) as served,
        openai.OpenAI(base_url=served.url, api_key="any", max_retries=0) as made,
    ):
        stream = made.completions.create(**ASKED, stream=True)
        assert next(stream).choices[0].text == "Mo"
        with pytest.raises(openai.APIError):
            next(stream)


def test_what_a_vendor_adds_is_kept():
    with (
        Scripted(
            [READ, document(), READ, chunked(step("Mo", vendor=1), step(finish="stop"), event("[DONE]"))]
        ) as upstream,
        Served("--upstream", upstream.url("/v1")) as served,
        openai.OpenAI(base_url=served.url, api_key="any", max_retries=0) as made,
    ):
        whole = made.completions.create(**ASKED)
        first = next(made.completions.create(**ASKED, stream=True))

    assert whole.id
    assert first.choices[0].model_extra["vendor"] == 1


def token(text):
    return {"token": text, "logprob": -0.5, "bytes": None, "top_logprobs": [{"token": text, "logprob": -0.5}]}


def test_where_a_token_begins_is_told_of_the_whole_text_in_a_stream_too():
    steps = [
        {"choices": [{"index": 1, "delta": {"content": "No"}, "logprobs": {"content": [token("No")]}}]},
        {"choices": [{"index": 0, "delta": {"content": "Mon"}, "logprobs": {"content": [token("Mo"), token("n")]}}]},
        {"choices": [{"index": 0, "delta": {"content": "et"}, "logprobs": {"content": [token("et")]}}]},
    ]
    telling = COMPLETIONS.telling({})
    told = [json.loads(telling.feed(read_chunk(json.dumps(each).encode()))[6:])["choices"][0] for each in steps]

    assert [each["logprobs"]["text_offset"] for each in told] == [[0], [0, 2], [3]]
    assert [each["text"] for each in told] == ["No", "Mon", "et"]


@pytest.mark.parametrize(
    ("choice", "text", "tokens"),
    [
        ({"message": {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}, {"type": "text", "text": "Mo"}]}}, "Mo", None),
        ({"message": {"content": "Mo"}, "logprobs": [1]}, "Mo", None),
        ({"message": {"content": "Mo"}, "logprobs": {"content": [{"logprob": None}, None]}}, "Mo", [""]),
        ({"message": "Mo"}, "", None),
    ],
    ids=["parts", "a list", "no token", "no message"],
)  # fmt: skip
def test_values_of_another_type_are_no_failure_of_the_gateways(choice, text, tokens):
    completion = read_completion(json.dumps({"choices": [choice | {"index": 0, "finish_reason": "stop"}]}).encode())
    (told,) = json.loads(COMPLETIONS.whole(completion, {}))["choices"]

    assert told["text"] == text
    assert (told["logprobs"] or {}).get("tokens") == tokens
