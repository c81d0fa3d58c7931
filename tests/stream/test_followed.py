"""A stream whose chunks are given away as they arrive, and what holds that up or ends it."""

import asyncio
import contextlib
import gc
import weakref

import pytest

from dragoman import errors
from dragoman.call import body_call
from dragoman.call.settings import settings_for
from dragoman.exchange import Timeouts
from dragoman.stream.followed import Followed
from dragoman.stream.opening import Opening
from dragoman.transport.aio import AsyncioTransport
from scripted import CLOSE, LAST_CHUNK, READ, Hold, Scripted, chunk, chunked, chunked_head, event

BODY = {"model": "m", "messages": [{"role": "user", "content": "Who?"}], "stream": True}


def step(content=None, finish=None):
    delta = {} if content is None else {"content": content}
    return event({"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


STREAM = chunked(step("Mo"), step("net"), step(finish="stop"), event("[DONE]"))


def followed(steps, work, *, timeouts=None):
    """What some work makes of a stream that has begun."""

    async def main(url):
        settings = settings_for(url, api_key=None, model="", timeout=None, retries=0, headers=None)
        call = body_call(settings, BODY, None, timeout=timeouts or Timeouts())
        transport = AsyncioTransport()
        stream = await Opening(call, transport, Followed)
        try:
            return await work(stream)
        finally:
            stream.close()
            transport.close()

    with Scripted([READ, *steps]) as server:
        return asyncio.run(main(server.url("/v1")))


async def texts(stream):
    got = []
    await stream.follow(got.extend)
    return "".join(chunk.text for chunk in got)


def test_every_chunk_is_given_and_the_stream_knows_the_whole():
    async def work(stream):
        return await texts(stream), stream.completion.text, stream.completion.finish_reason

    assert followed([STREAM], work) == ("Monet", "Monet", "stop")


def test_what_was_followed_is_freed_at_once_though_whoever_was_given_it_leads_back_to_it():
    kept = []

    async def work(stream):
        got = []

        def give(chunks):
            got.extend(chunks)
            assert stream is not None

        await stream.follow(give)
        kept.append(weakref.ref(give))
        return "".join(chunk.text for chunk in got)

    gc.disable()
    try:
        assert followed([STREAM], work) == "Monet"
        assert kept[0]() is None
    finally:
        gc.enable()


def test_chunks_are_given_when_they_come():
    later = Hold()

    async def work(stream):
        got = []

        def give(chunks):
            got.append("".join(chunk.text for chunk in chunks))
            later.release()

        await stream.follow(give)
        return got[0], "".join(got)

    steps = [chunked_head() + chunk(step("Mo")), later, chunk(step("net") + step(finish="stop")), LAST_CHUNK]
    assert followed(steps, work) == ("Mo", "Monet")


def test_what_is_returned_is_waited_for_and_nothing_is_given_meanwhile():
    async def work(stream):
        under_way, most, got = 0, 0, []

        async def taking(chunks):
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.005)
            got.extend(chunks)
            under_way -= 1

        await stream.follow(taking)
        return most, "".join(chunk.text for chunk in got)

    pieces = [chunk(step(str(number))) for number in range(10)]
    assert followed([chunked_head(), *pieces, chunk(step(finish="stop")), LAST_CHUNK], work) == (1, "0123456789")


def test_one_that_is_cut_raises_after_what_came():
    later = Hold()

    async def work(stream):
        got = []

        def give(chunks):
            got.extend(chunks)
            later.release()

        with pytest.raises(errors.TruncatedError) as caught:
            await stream.follow(give)
        return got[0].text, caught.value.partial.text

    assert followed([chunked_head() + chunk(step("Mo")), later, CLOSE], work) == ("Mo", "Mo")


def test_silence_is_a_limit_though_comments_come():
    async def work(stream):
        with pytest.raises(errors.TimeLimitError) as caught:
            await texts(stream)
        return caught.value.limit

    def comments(peer):
        with contextlib.suppress(OSError):
            while True:
                peer.sendall(chunk(b": still here\n\n"))

    steps = [chunked_head() + chunk(step("Mo")), comments]
    assert followed(steps, work, timeouts=Timeouts(idle=0.1)) == "idle"


def test_what_goes_wrong_in_giving_goes_through():
    async def work(stream):
        def give(_):
            raise LookupError("planted")

        with pytest.raises(LookupError, match="planted"):
            await stream.follow(give)

    followed([STREAM], work)


def test_it_is_followed_by_one():
    async def work(stream):
        first = asyncio.ensure_future(texts(stream))
        await asyncio.sleep(0)
        with pytest.raises(errors.InvalidRequestError, match="read by another"):
            await texts(stream)
        first.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await first

    followed([chunked_head() + chunk(step("Mo")), Hold()], work)


def test_who_closes_it_is_told_so():
    async def work(stream):
        asyncio.get_running_loop().call_later(0.05, stream.close)
        with pytest.raises(errors.StreamClosedError):
            await texts(stream)

    followed([chunked_head() + chunk(step("Mo")), Hold()], work)
