"""A script answers in order, in both colours, and says so when what it holds is not what was asked."""

import asyncio
import math
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import asking
from dragoman import AsyncDragoman, StreamClosedError, TimeLimitError
from dragoman.testing import Script, ScriptError, fails, says, stall


@pytest.mark.parametrize("stream", [False, True])
def test_answers_come_in_order_and_failures_are_tried_again(stream):
    script = Script(fails(429, retry_after=0), fails(503), says("Monet"), says("Manet"))

    assert asking.ask(script, stream=stream, retries=asking.AT_ONCE).text == "Monet"
    assert asking.ask(script, stream=stream).text == "Manet"


@pytest.mark.parametrize("stream", [False, True])
def test_an_asynchronous_client_is_answered_alike(stream):
    script = Script(fails(429, retry_after=0), says("Monet"))

    completion = asking.ask_asynchronously(script.asynchronous, stream=stream, retries=asking.AT_ONCE)

    assert completion.text == "Monet"
    assert len(script.requests) == 2


def test_what_was_asked_can_be_read_and_holds_no_credential():
    with Script(says("Monet")) as script:
        asking.ask(script, "Who?")

    (asked,) = script.requests
    assert asked.messages == [{"role": "user", "content": "Who?"}]
    assert asked.url == "http://model.test/v1/chat/completions"
    assert asked.headers["authorization"] == "Bearer [credential]"
    assert asking.KEY not in repr((asked, script, asked.headers))


def test_an_answer_may_depend_on_what_is_asked():
    def echo(asked):
        return says(asked.messages[-1]["content"].upper())

    assert asking.ask(Script(echo), "who?").text == "WHO?"


def test_a_script_may_answer_everything_beyond_its_end():
    with Script(says("first"), otherwise=says("again")) as script:
        assert [asking.ask(script).text for _ in range(3)] == ["first", "again", "again"]


def test_a_script_that_runs_out_says_what_it_held_and_what_was_asked():
    script = Script(says("Monet"))
    asking.ask(script)

    for out in (lambda: asking.ask(script), script.check):
        with pytest.raises(ScriptError) as caught:
            out()
        assert str(caught.value) == (
            "the script holds says('Monet'), and has no answer left for request 2: "
            "Asked(POST http://model.test/v1/chat/completions, 59 bytes)"
        )


def test_running_out_is_told_even_where_the_program_swallows_it():
    def program(script):
        try:
            asking.ask(script)
        except Exception:  # noqa: BLE001 - as programs do
            return "sorry"

    with pytest.raises(ScriptError, match="holds nothing"):
        with Script() as script:
            assert program(script) == "sorry"


def test_a_script_with_something_left_says_what():
    def nothing(_):
        return says("")

    with pytest.raises(ScriptError) as caught:
        with Script(says("a"), says("b"), fails(500), nothing) as script:
            asking.ask(script)

    assert str(caught.value) == "3 of the script's 4 answers were not asked for: says('b'), fails(500), nothing"


def test_what_went_wrong_first_is_what_is_said():
    with pytest.raises(ZeroDivisionError):
        with Script(says("a")):
            _ = 1 / 0


def test_no_time_passes_in_a_script_and_the_limits_hold():
    script = Script(stall(says("a b c"), after=2), stall(says("a b c"), seconds=3))

    with pytest.raises(TimeLimitError) as caught:
        asking.ask(script, stream=True, timeout=3600)
    assert caught.value.partial.text == "a b"
    assert caught.value.limit == "idle"
    assert asking.ask(script, stream=True).text == "a b c"


@pytest.mark.parametrize(("seconds", "limit"), [(5, "total"), (60, "total"), (3600, "idle")])
def test_of_several_limits_the_nearest_is_the_one_that_ends(seconds, limit):
    with pytest.raises(TimeLimitError) as caught:
        asking.ask(Script(stall(says("a b c"), after=2)), stream=True, timeout=seconds)

    assert caught.value.limit == limit
    assert caught.value.seconds == min(seconds, 120)


def test_a_task_that_is_cancelled_while_it_waits_leaves_nothing_behind():
    async def read():
        script = Script(stall(says("a b"), after=1), timed=True)
        client = AsyncDragoman("http://model.test/v1", api_key="x", model="m", transport=script.asynchronous)
        stream = await client.chat.stream(messages="Who?")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stream.until_done(), 0.02)
        return stream

    asyncio.run(read()).close()


def test_a_timed_script_takes_its_time_and_closing_it_ends_the_wait():
    script = Script(stall(says("a b c"), after=2, seconds=60), timed=True)
    with asking.client(script).chat.stream(messages="Who?") as stream:
        assert next(stream).text == "a"
        threading.Timer(0.02, script.close).start()
        with pytest.raises(StreamClosedError):
            stream.until_done()


def test_threads_and_tasks_may_share_one():
    script = Script(*[says(str(number)) for number in range(20)])
    client = asking.client(script)
    with ThreadPoolExecutor(4) as pool:
        texts = pool.map(lambda _: client.chat.create(messages="Who?").text, range(10))

    async def tasks():
        waiting = AsyncDragoman("http://model.test/v1", api_key="x", model="m", transport=script.asynchronous)
        found = await asyncio.gather(*[waiting.chat.create(messages="Who?") for _ in range(10)])
        return [completion.text for completion in found]

    assert sorted([*texts, *asyncio.run(tasks())], key=int) == [str(number) for number in range(20)]
    script.check()


def test_closing_the_asynchronous_side_ends_what_is_read_there():
    async def read():
        script = Script(stall(says("a b"), after=1, seconds=math.inf), timed=True)
        client = AsyncDragoman("http://model.test/v1", api_key="x", model="m", transport=script.asynchronous)
        stream = await client.chat.stream(messages="Who?")
        asyncio.get_running_loop().call_later(0.02, script.asynchronous.close)
        await stream.until_done()

    with pytest.raises(StreamClosedError):
        asyncio.run(read())


def test_a_script_shows_itself():
    assert repr(Script(says("a"), fails(500))) == "Script(says('a'), fails(500); 0 asked)"
