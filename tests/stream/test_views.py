"""A stream read by several, and as what its chunks become."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dragoman import AsyncDragoman, Dragoman, errors
from dragoman.stream.views import AsyncView, View
from scripted import CLOSE, READ, Hold, Scripted, chunk, chunked, chunked_head, event

ASK = {"model": "m", "messages": "Who?"}


def step(content=None, finish=None):
    delta = {} if content is None else {"content": content}
    return event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


USAGE = event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}})
STREAM = chunked(step("Mo"), step("net"), step(finish="stop"), USAGE, event("[DONE]"))
CUT = [READ, chunked_head() + chunk(step("Mo")), CLOSE]


def test_a_view_gives_what_chunks_become_and_then_the_end():
    view = View(iter("abc"), lambda letter: [] if letter == "b" else [letter, letter.upper()], lambda: ["end"])

    assert list(view) == ["a", "A", "c", "C", "end"]
    assert list(view) == []


def test_an_asynchronous_view_gives_the_same():
    async def letters():
        for letter in "abc":
            yield letter

    async def main():
        view = AsyncView(letters(), lambda letter: [] if letter == "b" else [letter, letter.upper()], lambda: ["end"])
        return [one async for one in view], [one async for one in view]

    assert asyncio.run(main()) == (["a", "A", "c", "C", "end"], [])


def test_each_branch_gives_every_chunk_at_its_own_pace():
    with Scripted([READ, STREAM]) as server, Dragoman(server.url("/v1")) as client:
        stream = client.chat.stream(**ASK)
        left, right = stream.tee()
        first = next(left)
        assert next(right) is first
        assert [one.text for one in left] == ["net", ""]
        assert [one.text for one in right] == ["net", ""]
        assert (stream.completion.text, stream.usage.total_tokens) == ("Monet", 5)


def test_each_asynchronous_branch_does_too():
    async def main(url):
        async with AsyncDragoman(url) as client, client.chat.stream(**ASK) as stream:
            branches = stream.tee(3)

            async def texts(branch):
                return [one.text async for one in branch]

            return await asyncio.gather(*map(texts, branches))

    with Scripted([READ, STREAM]) as server:
        assert asyncio.run(main(server.url("/v1"))) == [["Mo", "net", ""]] * 3


def test_threads_may_have_a_branch_each():
    hold = Hold()
    slow = [READ, chunked_head() + chunk(step("Mo")), hold, chunk(step("net", "stop") + event("[DONE]"))]
    with Scripted(slow) as server, Dragoman(server.url("/v1")) as client, ThreadPoolExecutor(4) as pool:
        stream = client.chat.stream(**ASK)
        waiting = threading.Barrier(5)

        def texts(branch):
            begun = next(branch).text
            waiting.wait()
            return [begun, *(one.text for one in branch)]

        futures = [pool.submit(texts, branch) for branch in stream.tee(4)]
        waiting.wait()
        hold.release()
        assert [future.result() for future in futures] == [["Mo", "net"]] * 4


def test_every_branch_of_a_cut_stream_raises_after_what_came():
    with Scripted(CUT) as server, Dragoman(server.url("/v1")) as client:
        for branch in client.chat.stream(**ASK).tee():
            assert next(branch).text == "Mo"
            with pytest.raises(errors.TruncatedError) as caught:
                next(branch)
            assert caught.value.partial.text == "Mo"


def test_the_stream_is_left_with_its_last_branch():
    with Scripted([READ, chunked_head() + chunk(step("Mo"))]) as server, Dragoman(server.url("/v1")) as client:
        left, right = client.chat.stream(**ASK).tee()
        next(left)
        del left
        assert next(right).text == "Mo"
        assert not server.connections[0].left.is_set()
        del right
        assert server.left()


def test_events_come_as_an_iterator_of_either_colour():
    async def main(url):
        async with AsyncDragoman(url) as client, client.chat.stream(**ASK) as stream:
            return [one.type async for one in stream.events()]

    with Scripted([READ, STREAM], [READ, STREAM]) as server:
        with Dragoman(server.url("/v1")) as client, client.chat.stream(**ASK) as stream:
            blocking = [one.type for one in stream.events()]
        assert blocking == asyncio.run(main(server.url("/v1"))) == ["text", "text", "finish", "usage"]


def test_events_of_a_cut_stream_end_in_its_error():
    seen = []
    with Scripted(CUT) as server, Dragoman(server.url("/v1")) as client:
        with pytest.raises(errors.TruncatedError):
            seen.extend(one.text for one in client.chat.stream(**ASK).events())
        assert json.loads(server.requests[0].body)["stream"] is True
