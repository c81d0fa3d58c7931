"""Answers of a type: asked for strictly, read, refused, cut, and asked for again; both colours."""

import asyncio
import json
import pickle
from dataclasses import dataclass
from typing import TypedDict

import msgspec
import pydantic
import pytest

from dragoman import AsyncDragoman, Dragoman, Reask, errors
from dragoman.structured import response_format
from scripted import READ, Scripted, answer


@dataclass
class Painter:
    name: str
    born: int


class Struct(msgspec.Struct):
    name: str
    born: int


class Typed(TypedDict):
    name: str
    born: int


class Model(pydantic.BaseModel):
    name: str
    born: int


COUNTRIES = {"FR": "France"}


@dataclass
class Country:
    code: str

    def __post_init__(self):
        self.name = COUNTRIES[self.code]


GOOD = '{"name":"Monet","born":1840}'
ASK = {"model": "m", "messages": "Who?"}


def says(content=GOOD, finish="stop", tokens=10, **more):
    message = {"role": "assistant", "content": content, **more}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}
    if tokens:
        body["usage"] = {"prompt_tokens": tokens - 1, "completion_tokens": 1, "total_tokens": tokens}
    return answer(json.dumps(body).encode())


def blocking(url, **asked):
    with Dragoman(url) as client:
        return client.chat.parse(**(ASK | asked))


def waiting(url, **asked):
    async def main():
        async with AsyncDragoman(url) as client:
            return await client.chat.parse(**(ASK | asked))

    return asyncio.run(main())


@pytest.fixture(params=[blocking, waiting])
def parse(request):
    return request.param


@pytest.mark.parametrize("kind", [Painter, Struct, Typed, Model])
def test_an_answer_is_of_the_type_asked_for(parse, kind):
    with Scripted([READ, says()]) as server:
        found = parse(server.url("/v1"), output=kind)

    assert found.parsed == kind(name="Monet", born=1840)
    assert (found.completion.text, found.usage.total_tokens, found.asks) == (GOOD, 10, 1)
    assert server.requests[0].json["response_format"] == json.loads(json.dumps(response_format(kind)))


def test_a_list_is_asked_for_too(parse):
    with Scripted([READ, says('{"answer":[{"name":"Monet","born":1840}]}')]) as server:
        assert parse(server.url("/v1"), output=list[Painter]).parsed == [Painter("Monet", 1840)]


def test_what_a_types_own_checks_raise_says_that_the_answer_is_not_of_it(parse):
    with Scripted([READ, says('{"code":"XX"}'), READ, says('{"code":"FR"}')]) as server:
        assert parse(server.url("/v1"), output=Country, reask=1).parsed.name == "France"
    with Scripted([READ, says('{"code":"XX"}')]) as server:
        with pytest.raises(errors.InvalidOutputError, match="KeyError: 'XX'") as caught:
            parse(server.url("/v1"), output=Country)

    assert caught.value.text == '{"code":"XX"}'
    assert caught.value.partial.usage.total_tokens == 10


def several(*contents):
    """An answer of several choices."""
    choices = [
        {"index": at, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
        for at, content in enumerate(contents)
    ]
    return answer(json.dumps({"choices": choices}).encode())


def test_the_choice_that_is_not_of_the_type_is_the_one_that_is_told_of_and_asked_again(parse):
    good, bad = '{"answer":1}', '{"answer":"two"}'
    with Scripted([READ, several(good, bad)]) as server:
        with pytest.raises(errors.InvalidOutputError) as caught:
            parse(server.url("/v1"), output=int, n=2)
        again = pickle.loads(pickle.dumps(caught.value))
    with Scripted([READ, several(good, bad), READ, several(good, good)]) as server:
        assert parse(server.url("/v1"), output=int, n=2, reask=1).every == (1, 1)
        asked = json.loads(server.requests[1].body)["messages"]

    assert (again.place, again.text, again.partial.choices[0].message.content) == (1, bad, good)
    assert asked[1]["content"] == bad


def test_each_choice_is_read(parse):
    with Scripted([READ, several('{"answer":0}', '{"answer":1}')]) as server:
        found = parse(server.url("/v1"), output=int, n=2)

    assert (found.parsed, found.every, found.usage) == (0, (0, 1), None)


@pytest.mark.parametrize(
    ("given", "cls", "text", "sentence"),
    [
        (says(None, refusal="I would rather not."), errors.RefusalError, "I would rather not.", "refused: I would rather"),
        (says(GOOD[:9], "length"), errors.LengthError, GOOD[:9], "cut at its longest"),
        (says(GOOD[:9], "content_filter"), errors.ContentFilterError, GOOD[:9], "filter"),
        (says('{"name":1}'), errors.InvalidOutputError, '{"name":1}', r"Expected `str`, got `int` - at `\$.name`"),
        (says("Monet, I think."), errors.InvalidOutputError, "Monet, I think.", "not of the type"),
        (says(None), errors.InvalidOutputError, "", "not of the type"),
        (says(None, "tool_calls", tool_calls=[{"id": "c", "function": {"name": "f", "arguments": "{}"}}]), errors.OutputError, "", "called tools"),
    ],
    ids=["refusal", "length", "filter", "shape", "prose", "nothing", "tools"],
)  # fmt: skip
def test_what_is_not_of_the_type_is_an_error_of_its_own_with_the_text(parse, given, cls, text, sentence):
    with Scripted([READ, given]) as server:
        with pytest.raises(cls, match=sentence) as caught:
            parse(server.url("/v1"), output=Painter)

    error = caught.value
    assert type(error) is cls
    assert error.text == pickle.loads(pickle.dumps(error)).text == text
    assert error.partial.usage.total_tokens == 10
    assert len(server.requests) == 1


def test_a_wrong_answer_is_asked_for_again_with_what_was_wrong(parse):
    with Scripted([READ, says('{"name":1}'), READ, says()]) as server:
        found = parse(server.url("/v1"), output=Painter, reask=2)

    asked, said, wish = server.requests[1].json["messages"]
    assert (found.parsed.name, found.asks, found.usage.total_tokens) == ("Monet", 2, 20)
    assert (asked["content"], said["content"]) == ("Who?", '{"name":1}')
    assert wish["role"] == "user"
    assert "Expected `str`, got `int` - at `$.name`" in wish["content"]
    assert server.requests[1].json["response_format"] == server.requests[0].json["response_format"]


@pytest.mark.parametrize(
    ("reask", "tokens", "asks"),
    [
        (None, 10, 1),
        (0, 10, 1),
        (2, 10, 3),
        (Reask(times=5, tokens=25), 10, 3),
        (Reask(times=5, tokens=10), 10, 1),
        # Nothing is said about usage: some 90 tokens, by the bytes of the first request.
        (Reask(times=5, tokens=20), 0, 1),
    ],
)
def test_asking_again_ends_with_its_times_or_its_tokens(parse, reask, tokens, asks):
    with Scripted([step for _ in range(6) for step in (READ, says("no", tokens=tokens))]) as server:
        with pytest.raises(errors.InvalidOutputError) as caught:
            parse(server.url("/v1"), output=Painter, reask=reask)

    assert caught.value.attempts == len(server.requests) == asks


def test_all_asks_share_one_deadline(parse):
    # The second ask is never answered; what was left of the call's time is its own.
    with Scripted([READ, says("no"), READ]) as server:
        with pytest.raises(errors.TimeLimitError) as caught:
            parse(server.url("/v1"), output=Painter, reask=3, timeout=0.5)

    assert caught.value.limit == "total"
    assert len(server.requests) == 2


def test_a_format_of_the_callers_own_is_refused(parse):
    with pytest.raises(errors.InvalidRequestError, match="leave one of them out"):
        parse("http://127.0.0.1:9/v1", output=Painter, response_format={"type": "text"})


def test_a_type_without_a_schema_is_refused_before_anything_is_sent(parse):
    with pytest.raises(errors.InvalidRequestError, match="no JSON Schema"):
        parse("http://127.0.0.1:9/v1", output=object)
