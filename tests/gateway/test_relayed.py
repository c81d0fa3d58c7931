"""An answer on its way through: told to its attempt, and closed once, whatever becomes of it."""

import asyncio
import contextlib

import pytest

from answers import document, step
from dragoman import errors
from dragoman.exchange import Timeouts
from dragoman.gateway.ledger import Attempt
from dragoman.gateway.relayed import Relayed
from dragoman.gateway.upstream import Upstream
from scripted import CLOSE, READ, Scripted, chunk, chunked, chunked_head, event

ASKED = {"model": "m", "messages": [{"role": "user", "content": "x"}]}


def relayed(steps, work, stream=True):
    """What some work finds with an answer, and what the attempt and the upstream know after it."""

    async def main(url):
        upstream = Upstream.at(url)
        lane = upstream.stop("m").lanes[0]
        found, _ = await lane.send(ASKED | {"stream": stream}, Timeouts())
        upstream.busy += 1
        attempt = Attempt("only", "m")
        made = Relayed(found, upstream, "m", attempt)
        result = await work(made)
        made.close()
        upstream.close()
        return result, attempt.tokens(None), upstream.busy

    with Scripted([READ, *steps]) as server:
        result = asyncio.run(main(server.url("/v1")))
        assert not stream or server.left()
    return result


async def read(made):
    return [each.text async for each in made.chunks()]


def test_a_stream_is_read_once_and_counted():
    texts, tokens, busy = relayed([chunked(step("Mo"), step("net"), step(finish="stop"), event("[DONE]"))], read)

    assert "".join(texts) == "Monet"
    assert tokens.completion == 2
    assert busy == 0


def test_a_stream_that_is_left_is_left_upstream_too():
    async def leave(made):
        async with contextlib.aclosing(made.chunks()) as chunks:
            return (await anext(chunks)).text

    text, _, busy = relayed([chunked_head() + chunk(step("Mo"))], leave)

    assert (text, busy) == ("Mo", 0)


def test_a_stream_that_breaks_off_raises_after_what_came():
    async def broken(made):
        got = []
        with pytest.raises(errors.APIError):
            async for each in made.chunks():
                got.append(each.text)  # noqa: PERF401 - what came before the failure
        return got

    got, tokens, busy = relayed([chunked_head() + chunk(step("Mo")), CLOSE], broken)

    assert (got, tokens.completion, busy) == (["Mo"], 1, 0)


def test_a_completion_is_there_at_once():
    async def whole(made):
        with pytest.raises(TypeError):
            await read(made)
        return made.completion.text

    text, tokens, busy = relayed([document()], whole, stream=False)

    assert text
    assert tokens.source == "upstream"
    assert busy == 0
