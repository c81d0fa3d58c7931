"""A stream as the originals' users hold it, in both colours, over real sockets."""

import asyncio

import pytest

from dragoman.errors import APIError
from dragoman.face.caller import Caller, Face, Options
from dragoman.face.events import EventStream, EventStreamAsync
from dragoman.face.hooks import HookContext
from scripted import LAST_CHUNK, LEFT, READ, RESET, Hold, Scripted, chunk, chunked, chunked_head, event


class Refused(Exception):  # noqa: N818 - the face's own
    def __init__(self, error: APIError) -> None:
        super().__init__(str(error))
        self.partial = error.partial


FACE = Face(server="https://api.vendor.example/v1", credential="VENDOR_KEY", explain=Refused)


def step(text, finish=None):
    return event({"id": "c", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]})


WHOLE = chunked(step("Mo"), step("net", "stop"), event("[DONE]"))


def blocking(server, last=()):
    made = Caller(FACE, key="", options=Options(server_url=server.url("/v1")))
    found = made.send(made.call({}, Options(), stream=True), lambda: HookContext("op"))
    return EventStream(found, lambda chunk: chunk["choices"][0]["delta"]["content"], Refused, last)


async def waiting(server, last=()):
    made = Caller(FACE, key="", options=Options(server_url=server.url("/v1")))
    found = await made.asend(made.call({}, Options(), stream=True), lambda: HookContext("op"))
    return EventStreamAsync(found, lambda chunk: chunk["choices"][0]["delta"]["content"], Refused, last)


def test_events_then_the_last_ones():
    with Scripted([READ, WHOLE]) as server, blocking(server, ["end"]) as stream:
        assert list(stream) == ["Mo", "net", "end"]
        assert list(stream) == []
        assert stream.response.status_code == 200


def test_the_same_waiting():
    async def main(server):
        async with await waiting(server, ["end"]) as stream:
            return [item async for item in stream], [item async for item in stream]

    with Scripted([READ, WHOLE]) as server:
        assert asyncio.run(main(server)) == (["Mo", "net", "end"], [])


def test_the_first_event_is_there_before_the_server_has_finished():
    hold = Hold()
    with Scripted(
        [
            READ,
            chunked_head() + chunk(step("Mo")),
            hold,
            chunk(step("net", "stop")) + chunk(event("[DONE]")),
            LAST_CHUNK,
        ]
    ) as server:
        stream = blocking(server)
        assert next(stream) == "Mo"
        hold.release()
        assert list(stream) == ["net"]


@pytest.mark.parametrize("leave", ["with", "close", "drop"])
def test_leaving_early_closes_the_connection(leave):
    with Scripted([READ, chunked_head() + chunk(step("Mo")), LEFT]) as server:
        stream = blocking(server, ["end"])
        assert next(stream) == "Mo"
        if leave == "with":
            with stream:
                pass
        elif leave == "close":
            stream.close()
        else:
            del stream
        assert server.left()
        if leave != "drop":
            assert list(stream) == []


def test_a_cut_stream_raises_the_face_s_own_after_what_came():
    with Scripted([READ, chunked_head() + chunk(step("Mo")), Hold(), RESET]) as server:
        stream = blocking(server, ["end"])
        assert next(stream) == "Mo"
        server.close()
        with pytest.raises(Refused) as caught:
            next(stream)
        assert caught.value.partial.text == "Mo"
        assert list(stream) == []


def test_a_cut_stream_raises_waiting_too():
    async def main(server):
        stream = await waiting(server, ["end"])
        first = await anext(stream)
        with pytest.raises(Refused):
            await anext(stream)
        return first

    with Scripted(
        [READ, chunked_head() + chunk(step("Mo")) + chunk(event({"error": {"message": "no more"}})), LAST_CHUNK]
    ) as server:
        assert asyncio.run(main(server)) == "Mo"
