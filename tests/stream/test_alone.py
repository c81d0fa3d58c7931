"""One reader at a time: a second one is told so, and changes nothing for the first."""

import asyncio
import threading

import pytest

from colours import CALL
from dragoman import AsyncDragoman, Dragoman, InvalidRequestError
from dragoman.testing import Script, calls, says
from scripted import READ, Hold, Scripted, chunk, chunked_head, event

SOME = event({"choices": [{"index": 0, "delta": {"content": "Mo"}}]})
REST = event({"choices": [{"index": 0, "delta": {"content": "net"}, "finish_reason": "stop"}]}) + event("[DONE]")


class Slow:
    """A transport whose answer gives its second piece when the test lets it; `waits` is set when that is waited for."""

    status = 200
    headers = {"content-type": "text/event-stream"}  # noqa: RUF012 - never changed
    arrived = None

    def __init__(self):
        self.waits, self.let = threading.Event(), threading.Event()
        self._pieces = [SOME, REST, b""]

    def send(self, request, until):
        return self

    def read(self, until):
        if len(self._pieces) == 2:
            self.waits.set()
            self.let.wait(10)
        return self._pieces.pop(0)

    def finish(self):
        pass

    close = finish


def test_a_second_thread_is_refused_and_the_first_reads_on():
    slow = Slow()
    stream = Dragoman("http://model.test/v1", transport=slow).chat.stream(**CALL)
    read = []
    first = threading.Thread(target=lambda: read.extend(stream))
    first.start()
    assert slow.waits.wait(10)

    with pytest.raises(InvalidRequestError, match=r"read by another already.*tee\(\)"):
        next(stream)
    slow.let.set()
    first.join(10)

    assert [each.text for each in read] == ["Mo", "net"]


def test_a_second_task_is_refused_and_the_first_reads_on():
    async def main():
        hold = Hold()
        began = chunked_head() + chunk(SOME)
        with Scripted([READ, began, hold, chunk(REST) + b"0\r\n\r\n"]) as server:
            async with AsyncDragoman(server.url("/v1")) as client, client.chat.stream(**CALL) as stream:
                first = asyncio.create_task(stream.until_done())
                await asyncio.sleep(0)
                with pytest.raises(InvalidRequestError, match=r"read by another already.*tee\(\)"):
                    await anext(stream)
                hold.release()
                return (await first).text

    assert asyncio.run(main()) == "Monet"


def test_threads_may_take_turns():
    script = Script(says("Claude ", "Monet."))
    stream = Dragoman("http://model.test/v1", transport=script).chat.stream(**CALL)
    read = []
    for _ in range(2):
        turn = threading.Thread(target=lambda: read.append(next(stream).text))
        turn.start()
        turn.join(10)

    assert read == ["Claude ", "Monet."]


@pytest.mark.parametrize("branched", [False, True], ids=["itself", "branch"])
def test_on_another_event_loop_a_stream_says_where_it_belongs(branched):
    with Scripted([READ, chunked_head() + chunk(SOME), Hold()]) as server:
        home = asyncio.new_event_loop()
        client = AsyncDragoman(server.url("/v1"))

        async def opened():
            stream = await client.chat.stream(**CALL)
            await anext(stream)
            return stream.tee()[0] if branched else stream

        async def read():
            await anext(stream)

        stream = home.run_until_complete(opened())
        with pytest.raises(InvalidRequestError, match="opened on another event loop"):
            asyncio.run(read())
        client.close()
        home.close()


def test_of_a_run_one_is_told_at_a_time():
    asked, answer = threading.Event(), threading.Event()

    def weather() -> str:
        """The weather."""
        asked.set()
        answer.wait(10)
        return "fine"

    script = Script(calls(("weather", {})), says("Fine."))
    run = Dragoman("http://model.test/v1", transport=script).chat.run(**CALL, tools=[weather], stream=True)
    first = threading.Thread(target=run.until_done)
    first.start()
    assert asked.wait(10)

    with pytest.raises(InvalidRequestError, match="this run is read by another already"):
        next(run)
    answer.set()
    first.join(10)

    assert run.result.text == "Fine."


def test_of_an_asynchronous_run_one_is_told_at_a_time():
    async def main():
        answer = asyncio.Event()

        async def weather() -> str:
            """The weather."""
            await answer.wait()
            return "fine"

        script = Script(calls(("weather", {})), says("Fine."))
        client = AsyncDragoman("http://model.test/v1", transport=script.asynchronous)
        run = await client.chat.run(**CALL, tools=[weather], stream=True)
        first = asyncio.create_task(run.until_done())
        await asyncio.sleep(0)
        with pytest.raises(InvalidRequestError, match="this run is read by another already"):
            await anext(run)
        answer.set()
        return (await first).text

    assert asyncio.run(main()) == "Fine."
