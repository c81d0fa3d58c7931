"""Objects as they grow in a stream; both colours."""

import asyncio
from dataclasses import dataclass

import pytest

from dragoman import AsyncDragoman, Dragoman, errors
from scripted import CLOSE, READ, Scripted, chunk, chunked, chunked_head, event


@dataclass
class Painter:
    name: str
    born: int


ASK = {"model": "m", "messages": "Who?", "output": Painter}
PIECES = ['{"na', 'me": "Mo', 'net", "born": 18', "40}"]
GROWN = [Painter(None, None), Painter("Mo", None), Painter("Monet", None), Painter("Monet", 1840)]


def step(content=None, finish=None, **more):
    delta = more if content is None else {"content": content}
    return event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def stream(*pieces, finish="stop"):
    usage = event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}})
    return chunked(step(role="assistant"), *map(step, pieces), step(finish=finish), usage, event("[DONE]"))


def blocking(url, **asked):
    with Dragoman(url) as client, client.chat.stream(**(ASK | asked)) as opened:
        return list(opened.partials()), opened.partial, opened.until_parsed()


def waiting(url, **asked):
    async def main():
        async with AsyncDragoman(url) as client, client.chat.stream(**(ASK | asked)) as opened:
            return [one async for one in opened.partials()], opened.partial, await opened.until_parsed()

    return asyncio.run(main())


@pytest.fixture(params=[blocking, waiting])
def read(request):
    return request.param


def test_an_object_grows_and_is_whole_at_the_end(read):
    with Scripted([READ, stream(*PIECES)]) as server:
        grown, last, parsed = read(server.url("/v1"))

    assert grown == GROWN
    assert last == parsed.parsed == Painter("Monet", 1840)
    assert (parsed.usage.total_tokens, parsed.asks) == (5, 1)
    assert server.requests[0].json["response_format"]["json_schema"]["name"] == "Painter"
    assert server.requests[0].json["stream"] is True


def test_pieces_that_change_nothing_give_nothing(read):
    with Scripted([READ, stream('{"name"', ": ", '"a"', ', "born": 1', "}")]) as server:
        assert read(server.url("/v1"))[0] == [Painter(None, None), Painter("a", None), Painter("a", 1)]


@pytest.mark.parametrize(
    ("finish", "cls"), [("length", errors.LengthError), ("content_filter", errors.ContentFilterError)]
)
def test_a_cut_answer_is_an_error_of_its_own(read, finish, cls):
    with Scripted([READ, stream(*PIECES[:2], finish=finish)]) as server:
        with pytest.raises(cls) as caught:
            read(server.url("/v1"))

    assert caught.value.text == '{"name": "Mo'
    assert caught.value.partial.usage.total_tokens == 5


def test_a_broken_stream_raises_with_what_had_arrived(read):
    with Scripted([READ, chunked_head() + chunk(step(PIECES[0])), CLOSE]) as server:
        with pytest.raises(errors.TruncatedError) as caught:
            read(server.url("/v1"))

    assert caught.value.partial.text == PIECES[0]


def test_chunks_are_there_as_in_any_stream():
    with Scripted([READ, stream(*PIECES)]) as server, Dragoman(server.url("/v1")) as client:
        with client.chat.stream(**ASK) as opened:
            assert "".join(one.text for one in opened) == "".join(PIECES)
            assert opened.until_parsed().parsed.name == "Monet"


def test_nothing_has_arrived_yet():
    with Scripted([READ, stream()]) as server, Dragoman(server.url("/v1")) as client:
        with client.chat.stream(**ASK) as opened:
            assert opened.partial is None
            with pytest.raises(errors.InvalidOutputError):
                opened.until_parsed()


def test_awaiting_it_opens_it_too():
    async def main(url):
        async with AsyncDragoman(url) as client:
            opened = await client.chat.stream(**ASK)
            return (await opened.until_parsed()).parsed

    with Scripted([READ, stream(*PIECES)]) as server:
        assert asyncio.run(main(server.url("/v1"))) == Painter("Monet", 1840)
