"""Runs of tools over a real socket, both colours: in one piece, and as events."""

import asyncio
import json
import threading
import time

import pytest

from dragoman import AsyncDragoman, AsyncRun, Cancellation, Dragoman, Limits, Run, errors
from scripted import READ, Scripted, answer, chunk, chunked, chunked_head, event

ASK = {"model": "m", "messages": "What is the weather in Paris and Rome?"}
CALLS = [("c1", "weather", '{"city":"Paris"}'), ("c2", "weather", '{"city":"Rome"}')]
USAGE = {"prompt_tokens": 8, "completion_tokens": 2, "total_tokens": 10}


def weather(city: str) -> str:
    """Say the weather."""
    return f"sunny in {city}"


async def forecast(city: str) -> str:
    """Say the weather of tomorrow."""
    await asyncio.sleep(0)
    return f"rain in {city}"


def says(content=None, calls=()):
    tools = [
        {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}
        for id_, name, arguments in calls
    ]
    message = {"role": "assistant", "content": content} | ({"tool_calls": tools} if tools else {})
    finish = "tool_calls" if tools else "stop"
    return answer(
        json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": USAGE}).encode()
    )


def step(finish=None, **delta):
    return event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def streams(*deltas, finish="stop"):
    return chunked(*deltas, step(finish), event({"choices": [], "usage": USAGE}), event("[DONE]"))


def called(place, id_, name, arguments):
    function = {"name": name, "arguments": arguments}
    return step(tool_calls=[{"index": place, "id": id_, "type": "function", "function": function}])


STREAMED = [
    streams(*(called(place, *one) for place, one in enumerate(CALLS)), finish="tool_calls"),
    streams(step(content="Sunny, "), step(content="both.")),
]


class Blocking:
    def run(self, url, **asked):
        with Dragoman(url, retries=0) as client:
            return client.chat.run(**(ASK | asked))

    def events(self, url, seen=None, **asked):
        seen = [] if seen is None else seen
        with Dragoman(url, retries=0) as client, client.chat.run(**(ASK | asked), stream=True) as run:
            assert isinstance(run, Run)
            seen.extend(run)
            return run


class Waiting:
    def run(self, url, **asked):
        async def main():
            async with AsyncDragoman(url, retries=0) as client:
                return await client.chat.run(**(ASK | asked))

        return asyncio.run(main())

    def events(self, url, seen=None, **asked):
        seen = [] if seen is None else seen

        async def main():
            async with AsyncDragoman(url, retries=0) as client:
                async with await client.chat.run(**(ASK | asked), stream=True) as run:
                    assert isinstance(run, AsyncRun)
                    async for one in run:
                        seen.append(one)
                    return run

        return asyncio.run(main())


@pytest.fixture(params=[Blocking(), Waiting()], ids=["blocking", "waiting"])
def colour(request):
    return request.param


@pytest.mark.parametrize("tool", [weather, forecast])
def test_a_question_is_answered_with_what_tools_say(colour, tool):
    calls = [(id_, tool.__name__, arguments) for id_, _, arguments in CALLS]
    with Scripted([READ, says(None, calls), READ, says("Done.")]) as server:
        result = colour.run(server.url("/v1"), tools=[tool])

    told = server.requests[1].json["messages"][2:]
    assert (result.text, result.rounds, result.usage.total_tokens) == ("Done.", 2, 20)
    assert [(one["tool_call_id"], one["content"].split()[-1]) for one in told] == [("c1", "Paris"), ("c2", "Rome")]


def test_events_tell_what_happens_as_it_does(colour):
    seen = []
    with Scripted([READ, STREAMED[0], READ, STREAMED[1]]) as server:
        run = colour.events(server.url("/v1"), seen, tools=[weather])

    assert [one.type for one in seen] == [
        "arguments", "call", "arguments", "call", "finish", "usage", "round",
        "invocation", "invocation", "result", "result",
        "text", "text", "finish", "usage", "round",
    ]  # fmt: skip
    assert [one.content for one in seen if one.type == "result"] == ["sunny in Paris", "sunny in Rome"]
    assert (run.result.text, run.result.rounds, run.result.usage.total_tokens) == ("Sunny, both.", 2, 20)
    assert run.messages is run.result.messages
    assert run.result.rounds == len(server.requests)


@pytest.mark.parametrize("approve", ["plain", "awaited"])
def test_calls_are_made_when_they_are_approved(colour, approve):
    async def awaited(invocation):
        await asyncio.sleep(0)
        return invocation.arguments["city"] == "Rome" or "not Paris"

    def plain(invocation):
        return invocation.arguments["city"] == "Rome" or "not Paris"

    with Scripted([READ, says(None, CALLS), READ, says("Done.")]) as server:
        colour.run(server.url("/v1"), tools=[weather], approve={"plain": plain, "awaited": awaited}[approve])

    told = [one["content"] for one in server.requests[1].json["messages"][2:]]
    assert told == ["Error: weather was not called: not Paris", "sunny in Rome"]


def test_a_run_of_a_type(colour):
    with Scripted([READ, says(None, CALLS), READ, says('{"answer":["sunny","sunny"]}')]) as server:
        assert colour.run(server.url("/v1"), tools=[weather], output=list[str]).parsed == ["sunny", "sunny"]


def test_a_limit_raises_with_the_run_so_far(colour):
    with Scripted([READ, says(None, CALLS)]) as server:
        with pytest.raises(errors.RunLimitError) as caught:
            colour.run(server.url("/v1"), tools=[weather], limits=Limits(rounds=1))

    assert len(caught.value.result.messages) == 4


def test_time_ends_a_run_whose_model_does_not_answer(colour):
    with Scripted([READ]) as server:
        with pytest.raises(errors.RunLimitError, match=r"0\.2 s"):
            colour.run(server.url("/v1"), tools=[weather], limits=Limits(seconds=0.2))
        assert server.left()


def test_a_failed_round_leaves_the_messages_before_it():
    with Scripted([READ, STREAMED[0], READ, answer(b"{}", "500 Oops")]) as server:
        with Dragoman(server.url("/v1"), retries=0) as client:
            run = client.chat.run(**ASK, tools=[weather], stream=True)
            for _ in range(2):
                with pytest.raises(errors.ServerError):
                    run.until_done()
            assert len(run.messages) == 4
            assert run.result is None


def test_until_done_returns_the_result():
    async def main(url):
        async with AsyncDragoman(url) as client:
            return await (await client.chat.run(**ASK, tools=[weather], stream=True)).until_done()

    with Scripted([READ, STREAMED[1]], [READ, STREAMED[1]]) as server:
        assert asyncio.run(main(server.url("/v1"))).text == "Sunny, both."
        with Dragoman(server.url("/v1")) as client:
            run = client.chat.run(**ASK, tools=[weather], stream=True)
            assert run.until_done() is run.until_done()


ENDLESS = [READ, chunked_head() + chunk(step(content="Sun"))]


def test_a_run_that_was_interrupted_does_not_take_half_an_answer_for_the_whole():
    async def main(url):
        async with AsyncDragoman(url) as client:
            run = await client.chat.run(**ASK, tools=[weather], stream=True)
            assert (await anext(run)).text == "Sun"
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(run), 0.05)
            with pytest.raises(errors.StreamClosedError):
                await anext(run)
            assert run.result is None

    with Scripted(ENDLESS) as server:
        asyncio.run(main(server.url("/v1")))
        assert server.left()


def test_a_run_whose_approval_failed_does_not_go_on_as_if_it_had_been_refused():
    def approve(invocation):
        raise LookupError(invocation.name)

    with Scripted([READ, streams(called(0, "c1", "weather", '{"city":"x"}'), finish="tool_calls")]) as server:
        with Dragoman(server.url("/v1")) as client:
            run = client.chat.run(**ASK, tools=[weather], stream=True, approve=approve)
            with pytest.raises(LookupError):
                run.until_done()
            with pytest.raises(errors.StreamClosedError):
                run.until_done()


def test_another_thread_closes_a_run_that_waits_for_the_model():
    with Scripted(ENDLESS) as server, Dragoman(server.url("/v1")) as client:
        run = client.chat.run(**ASK, tools=[weather], stream=True)
        assert next(run).text == "Sun"
        closing = threading.Timer(0.05, run.close)
        closing.start()
        with pytest.raises(errors.StreamClosedError):
            next(run)
        closing.join()
        assert server.left()


def test_another_thread_closes_a_run_that_waits_for_a_tool():
    release = threading.Event()
    begun = threading.Event()

    def stay() -> None:
        """Stay."""
        begun.set()
        release.wait(10)

    with Scripted([READ, streams(called(0, "c1", "stay", "{}"), finish="tool_calls")]) as server:
        with Dragoman(server.url("/v1")) as client:
            run = client.chat.run(**ASK, tools=[stay], stream=True)

            def close():
                begun.wait(10)
                run.close()

            closing = threading.Thread(target=close)
            closing.start()
            started = time.monotonic()
            with pytest.raises(errors.StreamClosedError):
                run.until_done()
            assert time.monotonic() - started < 5
            closing.join()
        assert len(server.requests) == 1
    release.set()


@pytest.mark.parametrize("streamed", [False, True])
def test_a_cancelled_run_waits_for_no_tool(streamed):
    release, cancel = threading.Event(), Cancellation()

    def stay() -> None:
        """Stay."""
        cancel.cancel()
        release.wait(10)

    reply = (
        streams(called(0, "c1", "stay", "{}"), finish="tool_calls") if streamed else says(None, [("c1", "stay", "{}")])
    )
    started = time.monotonic()
    with Scripted([READ, reply]) as server, Dragoman(server.url("/v1")) as client:
        with pytest.raises(errors.CallCancelledError):
            run = client.chat.run(**ASK, tools=[stay], stream=streamed, cancel=cancel)
            list(run)
    assert time.monotonic() - started < 5
    release.set()


def test_a_cancelled_run_of_tasks_ends_its_tool():
    ended = []
    cancel = Cancellation()

    async def stay() -> None:
        """Stay."""
        threading.Thread(target=cancel.cancel).start()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("tool")

    async def main(url):
        async with AsyncDragoman(url) as client:
            with pytest.raises(errors.CallCancelledError):
                await client.chat.run(**ASK, tools=[stay], cancel=cancel)
            await asyncio.sleep(0)

    with Scripted([READ, says(None, [("c1", "stay", "{}")])]) as server:
        asyncio.run(main(server.url("/v1")))
    assert ended == ["tool"]


def test_no_tool_is_called_once_a_run_is_cancelled():
    called_, cancel = [], Cancellation()

    def act() -> None:
        """Act."""
        called_.append("act")

    def approve(_):
        cancel.cancel()
        return True

    async def main(url):
        async with AsyncDragoman(url) as client:
            await client.chat.run(**ASK, tools=[act], approve=approve, cancel=cancel)

    with Scripted([READ, says(None, [("c1", "act", "{}")])]) as server, Dragoman(server.url("/v1")) as client:
        with pytest.raises(errors.CallCancelledError):
            client.chat.run(**ASK, tools=[act], approve=approve, cancel=cancel)
    cancel = Cancellation()
    with Scripted([READ, says(None, [("c1", "act", "{}")])]) as server, pytest.raises(errors.CallCancelledError):
        asyncio.run(main(server.url("/v1")))
    assert called_ == []


def test_cancelling_the_task_leaves_the_server_and_the_tool():
    ended = []

    async def stay() -> None:
        """Stay."""
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("tool")

    async def main(url, tool):
        async with AsyncDragoman(url) as client:
            async with await client.chat.run(**ASK, tools=[tool], stream=True) as run:
                task = asyncio.ensure_future(run.until_done())
                await asyncio.sleep(0.1)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task

    with Scripted([READ, streams(called(0, "c1", "stay", "{}"), finish="tool_calls")], ENDLESS) as server:
        asyncio.run(main(server.url("/v1"), stay))
        asyncio.run(main(server.url("/v1"), weather))
        assert server.left(1)
    assert ended == ["tool"]
