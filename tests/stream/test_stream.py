"""How a stream is held and left: iteration, context managers, and sockets that close without the garbage collector."""

import asyncio
import gc
import json
import threading
import time

import pytest

from colours import CALL
from dragoman import AsyncDragoman, Dragoman, errors
from scripted import LAST_CHUNK, READ, Hold, Scripted, chunk, chunked, chunked_head, event


def step(content=None, finish=None):
    delta = {} if content is None else {"content": content}
    return event({"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


USAGE = event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}})
STREAM = chunked(step("Mo"), step("net"), step(finish="stop"), USAGE, event("[DONE]"))
ENDLESS = [READ, chunked_head() + chunk(step("Mo")) + chunk(step("net"))]


@pytest.fixture
def no_garbage_collector():
    gc.disable()
    yield
    gc.enable()


def test_what_a_stream_knows_grows_with_it():
    with Scripted([READ, STREAM]) as server, Dragoman(server.url("/v1")) as client:
        with client.chat.stream(**CALL) as stream:
            assert next(stream).text == "Mo"
            assert stream.usage is None or stream.usage.total_tokens == 5
            assert stream.status == 200
            assert stream.headers["content-type"] == "text/event-stream"
            completion = stream.until_done()
        assert (completion.text, completion.finish_reason) == ("Monet", "stop")
        assert stream.usage.total_tokens == 5
        with pytest.raises(StopIteration):
            next(stream)


def test_what_has_arrived_is_given_out_without_waiting_and_once():
    together = [READ, chunked_head() + chunk(step("Mo") + step("n") + step("et")), Hold()]
    with Scripted(together) as server, Dragoman(server.url("/v1")) as client, client.chat.stream(**CALL) as stream:
        assert next(stream).text == "Mo"
        assert "".join(each.text for each in stream.arrived()) == "net"
        assert stream.arrived() == []


def test_create_with_stream_is_the_same_stream():
    with Scripted([READ, STREAM]) as server, Dragoman(server.url("/v1")) as client:
        assert [chunk.text for chunk in client.chat.create(**CALL, stream=True)] == ["Mo", "net", ""]

    assert server.requests[0].json["stream"] is True


@pytest.mark.usefixtures("no_garbage_collector")
@pytest.mark.parametrize("how", ["break", "drop", "close", "with"])
def test_leaving_a_stream_closes_its_socket_at_once(how):
    with Scripted(ENDLESS) as server, Dragoman(server.url("/v1")) as client:
        stream = client.chat.stream(**CALL)
        if how == "with":
            with stream:
                next(stream)
        elif how == "close":
            stream.close()
        elif how == "drop":
            del stream
        else:
            for _ in stream:
                break
            del stream
        assert server.left()


@pytest.mark.usefixtures("no_garbage_collector")
@pytest.mark.parametrize("how", ["break", "with", "cancel"])
def test_leaving_an_async_stream_closes_its_socket_at_once(how):
    async def main(server):
        async with AsyncDragoman(server.url("/v1")) as client:
            if how == "with":
                async with client.chat.stream(**CALL) as stream:
                    await anext(stream)
            elif how == "break":
                async for _ in await client.chat.stream(**CALL):
                    break
            else:
                task = asyncio.ensure_future((await client.chat.stream(**CALL)).until_done())
                await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                del task
            return await asyncio.to_thread(server.left)

    with Scripted(ENDLESS) as server:
        assert asyncio.run(main(server))


def test_a_stream_whose_terminator_lags_gives_its_connection_back():
    hold = Hold()
    late = [READ, chunked_head() + chunk(step("x", "stop")) + chunk(event("[DONE]")), hold, LAST_CHUNK, READ, STREAM]
    with Scripted(late) as server, Dragoman(server.url("/v1")) as client:
        assert client.chat.stream(**CALL).until_done().text == "x"
        assert hold.reached.wait(5)
        hold.release()
        assert client.chat.stream(**CALL).until_done().text == "Monet"
        assert len(server.connections) == 1


def test_a_for_without_async_says_what_was_meant():
    async def main(server):
        async with AsyncDragoman(server.url("/v1")) as client, client.chat.stream(**CALL) as stream:
            with pytest.raises(TypeError, match="async for"):
                for _ in stream:
                    pass

    with Scripted([READ, STREAM]) as server:
        asyncio.run(main(server))


def test_what_the_vendor_sent_is_in_the_folded_completion():
    odd = event({"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}], "vendor": {"a": 1}})
    with Scripted([READ, chunked(odd, event("[DONE]"))]) as server, Dragoman(server.url("/v1")) as client:
        completion = client.chat.stream(**CALL).until_done()

    assert json.loads(completion.to_json())["vendor"] == {"a": 1}


def test_closing_from_another_thread_ends_the_wait_for_more_at_once():
    with Scripted(ENDLESS) as server, Dragoman(server.url("/v1")) as client:
        stream = client.chat.stream(**CALL)
        assert next(stream).text + next(stream).text == "Monet"
        closing = threading.Timer(0.1, stream.close)
        closing.start()
        begun = time.monotonic()
        with pytest.raises(errors.StreamClosedError) as caught:
            next(stream)
        assert time.monotonic() - begun < 5
        closing.join()
        assert caught.value.partial.text == "Monet"
        assert server.left()


def test_closing_from_another_task_ends_the_wait_for_more_at_once():
    async def main(server):
        async with AsyncDragoman(server.url("/v1")) as client:
            stream = await client.chat.stream(**CALL)
            await anext(stream)
            await anext(stream)
            reading = asyncio.ensure_future(stream.until_done())
            # One turn of the loop: the task has begun to wait.
            await asyncio.sleep(0)
            stream.close()
            with pytest.raises(errors.StreamClosedError) as caught:
                await asyncio.wait_for(reading, 5)
            assert caught.value.partial.text == "Monet"
            return await asyncio.to_thread(server.left)

    with Scripted(ENDLESS) as server:
        assert asyncio.run(main(server))


def test_closing_the_client_ends_its_streams():
    with Scripted(ENDLESS) as server, Dragoman(server.url("/v1")) as client:
        stream = client.chat.stream(**CALL)
        closing = threading.Timer(0.05, client.close)
        closing.start()
        with pytest.raises(errors.StreamClosedError):
            stream.until_done()
        closing.join()
        assert server.left()


def test_a_stream_that_was_left_does_not_look_whole():
    with Scripted(ENDLESS) as server, Dragoman(server.url("/v1")) as client:
        with client.chat.stream(**CALL) as stream:
            next(stream)
            stream.close()
        with pytest.raises(errors.StreamClosedError):
            stream.until_done()
        with pytest.raises(errors.StreamClosedError):
            next(stream)


def test_closing_a_whole_stream_changes_nothing():
    with Scripted([READ, STREAM]) as server, Dragoman(server.url("/v1")) as client:
        stream = client.chat.stream(**CALL)
        stream.until_done()
        stream.close()
        assert stream.until_done().text == "Monet"
