"""The way to the engine, in both colours: the first request starts it, a later one finds it again, whatever became of it."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote, urlsplit

import pytest

from dragoman import AsyncDragoman, ConnectionFailedError, Dragoman, EngineError
from dragoman.engine import AsyncEngineTransport, Engine, EngineTransport
from dragoman.engine.carry import addressed
from dragoman.transport import NoAnswer, Outgoing
from dragoman.transport.blocking import BlockingTransport
from serving import is_alive, until

PATIENCE = 60.0
NAME = "http://engine.local/v1"
"""What callers call it; nobody looks that up."""
HELLO = [{"role": "user", "content": "What is the capital of France?"}]
LONG = {"model": "m", "messages": HELLO, "max_tokens": 1500, "logit_bias": {"2": -100}}
"""An answer that does not end by itself: the model may not end its turn (token 2)."""


class Blocking:
    """The blocking transport."""

    def __init__(self, engine):
        self._transport = EngineTransport(engine)

    def ask(self, request, seconds=PATIENCE, midway=None):
        """Send a request, and read the answer whole; `midway` is called when its first piece has come."""
        until = time.monotonic() + seconds
        answer = self._transport.send(request, until)
        if midway:
            answer.read(until)
            midway()
        return answer.status, answer.whole(until, 1 << 20)

    def close(self):
        self._transport.close()


class Waiting:
    """The asynchronous transport, on an event loop of its own."""

    def __init__(self, engine):
        self._runner = asyncio.Runner()
        self._transport = AsyncEngineTransport(engine)

    def ask(self, request, seconds=PATIENCE, midway=None):
        """Send a request, and read the answer whole; `midway` is called when its first piece has come."""

        async def inside():
            until = time.monotonic() + seconds
            answer = await self._transport.send(request, until)
            if midway:
                await answer.read(until)
                midway()
            return answer.status, await answer.whole(until, 1 << 20)

        return self._runner.run(inside())

    def close(self):
        self._transport.close()
        self._runner.close()


@pytest.fixture
def engine():
    with Engine(slots=1, context=2048, threads=1) as made:
        yield made


@pytest.fixture(params=[Blocking, Waiting], ids=["blocking", "asynchronous"])
def carrier(request, engine):
    made = request.param(engine)
    yield made
    made.close()


def get(path):
    return Outgoing("GET", NAME + path)


def post(**body):
    whole = {"model": "m", "messages": HELLO, "temperature": 0, "max_tokens": 8} | body
    return Outgoing("POST", NAME + "/chat/completions", (("content-type", "application/json"),), encoded(whole))


def encoded(body):
    return json.dumps(body).encode()


def test_the_first_request_starts_the_engine_and_the_next_finds_it(engine, carrier):
    assert engine.pid is None

    status, body = carrier.ask(get("/models"))
    pid = engine.pid

    assert status == 200
    assert json.loads(body)["data"][0]["id"] == "smollm2-135m-instruct"
    assert carrier.ask(post())[0] == 200
    assert engine.pid == pid


def test_what_is_asked_arrives_with_its_body(carrier):
    status, body = carrier.ask(post())

    assert status == 200
    assert json.loads(body)["choices"][0]["message"]["content"] == "The capital of France is Paris."


def test_what_the_engine_refuses_is_an_answer_too(carrier):
    assert carrier.ask(post(temperature=9))[0] == 400
    assert carrier.ask(get("/nothing"))[0] == 404


def test_after_its_death_the_next_request_starts_another(engine, carrier):
    carrier.ask(get("/models"))
    before = engine.pid
    os.kill(before, signal.SIGKILL)
    assert until(lambda: not engine.running)

    assert carrier.ask(get("/models"))[0] == 200

    assert engine.pid != before


def test_the_very_next_request_finds_another_although_the_dead_one_is_not_buried_yet(engine, carrier):
    # Twice: one that dies more often right after its start is given up.
    for _ in range(2):
        assert carrier.ask(get("/models"))[0] == 200
        os.kill(engine.pid, signal.SIGKILL)

        assert listens_no_more(engine)

    assert carrier.ask(get("/models"))[0] == 200


def test_a_request_that_is_under_way_when_it_dies_is_one_failure(engine, carrier):
    asked = Outgoing("POST", NAME + "/chat/completions", (), encoded(LONG | {"stream": True}))

    with pytest.raises(NoAnswer) as caught:
        carrier.ask(asked, midway=lambda: os.kill(engine.pid, signal.SIGKILL))

    assert caught.value.kind in {"reset", "cut"}
    assert caught.value.sent
    assert listens_no_more(engine)
    assert carrier.ask(get("/models"))[0] == 200


def listens_no_more(engine):
    """Wait until nobody takes a connection at the engine's address; nothing is said about its process."""

    def refused():
        with socket.socket(socket.AF_UNIX) as line:
            return line.connect_ex(unquote(urlsplit(engine.url).netloc)) != 0

    return until(refused)


def kill_at_work(engine):
    """Kill an engine as soon as it is making an answer."""
    request = Outgoing("GET", engine.url.removesuffix("/v1") + "/health")

    def taken():
        sockets = BlockingTransport(trust_env=False)
        deadline = time.monotonic() + 20
        with contextlib.suppress(NoAnswer):
            return json.loads(sockets.send(request, deadline).whole(deadline, 1 << 20))["taken"]
        return 0

    assert until(taken, seconds=60)
    os.kill(engine.pid, signal.SIGKILL)


def test_an_engine_that_cannot_start_says_why(tmp_path):
    with Engine(tmp_path / "none.gguf") as engine:
        for colour in (Blocking, Waiting):
            carrier = colour(engine)
            with pytest.raises(EngineError, match="cannot read the weights"):
                carrier.ask(get("/models"))
            carrier.close()


def test_who_has_no_time_to_wait_for_its_start_is_told_and_nothing_was_sent(carrier):
    with pytest.raises(NoAnswer, match="still starting") as caught:
        carrier.ask(get("/models"), seconds=0)

    assert caught.value.kind == "timeout"
    assert not caught.value.sent
    assert carrier.ask(get("/models"))[0] == 200


def test_closing_the_way_leaves_the_engine_to_others(engine, carrier):
    carrier.ask(get("/models"))
    pid = engine.pid

    carrier.close()
    carrier.close()

    assert engine.pid == pid
    assert is_alive(pid)


def test_two_ways_lead_to_one_engine(engine):
    carriers = [Blocking(engine), Waiting(engine), Blocking(engine)]
    pids = set()
    for carrier in carriers:
        assert carrier.ask(get("/models"))[0] == 200
        pids.add(engine.pid)
        carrier.close()

    assert len(pids) == 1


def test_requests_at_once_start_one_engine_and_each_is_answered(engine):
    carriers = [Blocking(engine) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda carrier: carrier.ask(get("/models"))[0], carriers))
    for carrier in carriers:
        carrier.close()

    assert statuses == [200] * 4


def test_the_event_loop_runs_on_while_the_engine_starts(engine):
    async def main():
        carrier = AsyncEngineTransport(engine)
        asking = asyncio.ensure_future(carrier.send(get("/models"), time.monotonic() + PATIENCE))
        turns = 0
        # Every turn is one that a loop held up would not have made.
        while not asking.done():
            await asyncio.sleep(0)
            turns += 1
        answer = await asking
        await answer.whole(time.monotonic() + PATIENCE, 1 << 20)
        carrier.close()
        return answer.status, turns

    status, turns = asyncio.run(main())

    assert status == 200
    assert turns > 100


def test_a_request_keeps_all_but_its_address():
    request = Outgoing("POST", "http://engine.local/v1/chat/completions", (("x", "1"),), b"body", 2.0, (("y", "2"),))

    sent = addressed(request, "http+unix://%2Ftmp%2Fe.sock/v1")

    assert sent.url == "http+unix://%2Ftmp%2Fe.sock/v1/chat/completions"
    assert (sent.method, sent.headers, sent.body, sent.connect, sent.own) == (
        "POST",
        (("x", "1"),),
        b"body",
        2.0,
        (("y", "2"),),
    )


@pytest.fixture
def shared():
    yield Engine.shared()
    Engine.shared().close()


def test_both_clients_without_an_address_are_answered_by_the_model_of_this_machine(shared):
    async def ask():
        async with AsyncDragoman() as client:
            return await client.chat.create(messages=HELLO, temperature=0, max_tokens=8)

    with Dragoman() as client:
        completion = client.chat.create(messages=HELLO, temperature=0, max_tokens=8)

    assert completion.text == asyncio.run(ask()).text == "The capital of France is Paris."
    assert shared.running


def test_a_client_that_tries_again_does_not_notice_that_the_engine_died(shared):
    with ThreadPoolExecutor() as pool, Dragoman(retries=1) as client:
        client.models.list()
        killing = pool.submit(kill_at_work, shared)

        completion = client.chat.create(messages=HELLO, max_tokens=100, logit_bias={"2": -100})

        killing.result()

    assert completion.usage.completion_tokens == 100


def test_a_client_that_does_not_try_again_gets_one_clear_error(shared):
    with ThreadPoolExecutor() as pool, Dragoman(retries=0) as client:
        client.models.list()
        killing = pool.submit(kill_at_work, shared)

        with pytest.raises(ConnectionFailedError) as caught:
            client.chat.create(messages=HELLO, max_tokens=1500, logit_bias={"2": -100})

        killing.result()
        assert client.chat.create(messages=HELLO, max_tokens=1).text

    assert caught.value.attempts == 1
    assert caught.value.retryable


FORKING = """
import os
from dragoman import Dragoman
from dragoman.engine import Engine

asked = {"messages": "Hello!", "max_tokens": 1, "temperature": 0}
client = Dragoman()
before = client.chat.create(**asked).text
mine = Engine.shared().pid

if not (fork := os.fork()):
    assert client.chat.create(**asked).text == before
    assert Engine.shared().pid != mine
    Engine.shared().close()
    os._exit(0)

assert os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) == 0
assert client.chat.create(**asked).text == before
assert Engine.shared().pid == mine
client.close()
print("both")
"""


def test_a_client_goes_on_in_a_fork_and_in_its_parent():
    done = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, check=False, text=True)  # noqa: S603 - this Python

    assert done.stderr == ""
    assert done.stdout == "both\n"
