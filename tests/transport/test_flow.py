"""Bodies that are given away as they arrive, over our own transport and over any other."""

import asyncio

import pytest
import uvloop

from dragoman.transport import NoAnswer
from dragoman.transport.aio import AsyncioTransport
from dragoman.transport.flow import flow
from palette import post, soon
from scripted import CLOSE, LAST_CHUNK, READ, RESET, Hold, Scripted, answer, chunk, chunked_head, head


class Elsewhere:
    """An answer of another transport: nothing is known of how its bytes arrive."""

    def __init__(self, inner):
        self._inner = inner

    async def read(self, until):
        return await self._inner.read(until)


@pytest.fixture(params=[False, True], ids=["ours", "another's"])
def given(request):
    """What a body's pieces are, given away until one ends in a full stop or the body ends; and the failure, if any."""

    def given(steps, *, until=None, loop=asyncio.new_event_loop, holds=()):
        async def main(url):
            transport = AsyncioTransport()
            got = await transport.send(post(url), soon())
            pieces, failure = [], None

            def take(piece):
                pieces.append(piece)
                for hold in holds[len(pieces) - 1 : len(pieces)]:
                    hold.release()
                return 0.0 if not piece or piece.endswith(b".") else until or soon()

            try:
                await flow(Elsewhere(got) if request.param else got, take, until or soon())
            except NoAnswer as reason:
                failure = reason.kind
            rest = None if failure else await got.read(soon())
            got.close()
            transport.close()
            return pieces, failure, rest

        with Scripted([READ, *steps]) as server, asyncio.Runner(loop_factory=loop) as runner:
            return runner.run(main(server.url()))

    return given


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_pieces_are_given_one_by_one_as_they_come_and_the_end_is_an_empty_one(given, loop):
    first, second = Hold(), Hold()
    steps = [chunked_head() + chunk(b"Mo"), first, chunk(b"net"), second, LAST_CHUNK]

    assert given(steps, loop=loop, holds=(first, second)) == ([b"Mo", b"net", b""], None, b"")


def test_what_comes_after_enough_is_still_there(given):
    later = Hold()
    steps = [chunked_head() + chunk(b"Mo"), later, chunk(b"net."), chunk(b"rest"), LAST_CHUNK]

    pieces, failure, rest = given(steps, holds=(later,))

    assert (pieces[0], failure) == (b"Mo", None)
    assert b"".join([*pieces, rest]) in {b"Monet.", b"Monet.rest"}


def test_a_body_that_came_whole_is_given_as_well(given):
    assert given([answer(b"all")]) == ([b"all", b""], None, b"")


def test_one_that_ends_with_its_connection(given):
    later = Hold()
    steps = [head(headers={"Connection": "close"}) + b"Mo", later, b"net", CLOSE]

    pieces, failure, _ = given(steps, holds=(later,))

    assert (b"".join(pieces), pieces[-1], failure) == (b"Monet", b"", None)


@pytest.mark.parametrize("step", [CLOSE, RESET], ids=["closed", "reset"])
def test_one_that_breaks_off_says_so_after_what_came(given, step):
    later = Hold()

    assert given([chunked_head() + chunk(b"Mo"), later, step], holds=(later,)) == ([b"Mo"], "cut", None)


def test_one_that_is_not_what_it_says(given):
    later = Hold()

    assert given([chunked_head() + chunk(b"Mo"), later, b"nonsense"], holds=(later,)) == ([b"Mo"], "protocol", None)


def test_time_is_up_at_the_moment_that_was_said(given):
    pieces, failure, _ = given([chunked_head() + chunk(b"Mo"), Hold()], until=soon() - 9.9)

    assert (pieces, failure) == ([b"Mo"], "timeout")
