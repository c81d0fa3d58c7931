"""Several workers are one to a request that is sent again, also when the one whose it was has died."""

import http.client
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from answers import DONE, USAGE, document, step
from operated import ADMIN, ASKED, operated
from scripted import LAST_CHUNK, READ, Hold, chunk, chunked_head, repeat
from serving import until

CHAT = "/v1/chat/completions"
WORKERS = ("--workers", "4")


def ask(gateway, secret, body, key):
    """The status, whether it was given again, and the body; None where the connection broke."""
    try:
        status, told, raw = gateway.ask(CHAT, "POST", secret, body, **{"idempotency-key": key})
    except (OSError, http.client.HTTPException):
        return None
    return status, told["idempotent-replayed"] == "true", raw.decode()


def test_a_request_has_one_worker_whoever_takes_its_connection(tmp_path):
    connections = [[repeat(READ, document())] for _ in range(40)]
    with operated(tmp_path, *connections, more="[repeats]\n", options=WORKERS) as gateway:
        _, secret = gateway.desk.create("ana")
        keys = [f"key-{number % 10}" for number in range(80)]
        with ThreadPoolExecutor(16) as many:
            told = list(many.map(lambda key: ask(gateway, secret, ASKED, key), keys))
        assert {status for status, _, _ in told} == {200}
        assert len(gateway.upstream.requests) == 10
        assert sum(replayed for _, replayed, _ in told) == 70
        # Each was answered once, however many processes it went through; the others' numbers come once a second.
        assert until(lambda: b'{endpoint="/v1/chat/completions",status="2xx"} 80' in metrics(gateway))


def metrics(gateway):
    return gateway.ask("/metrics", secret=ADMIN)[2]


def test_a_refusal_comes_through_as_it_is(tmp_path):
    with operated(tmp_path, [repeat(READ, document())], more="[repeats]\n", options=WORKERS) as gateway:
        _, secret = gateway.desk.create("ana")
        for number in range(8):
            status, _, body = ask(gateway, secret, {"model": "m", "messages": []}, f"key-{number}")
            assert status == 400
            assert json.loads(body)["error"]["param"] == "messages"


def test_what_a_worker_that_died_had_under_way_is_begun_anew(tmp_path):
    hold = Hold()
    begun = chunked_head() + chunk(step("Mo"))
    rest = chunk(step("net")) + chunk(step(finish="stop")) + chunk(USAGE) + chunk(DONE) + LAST_CHUNK
    scripts = [[READ, begun, hold, rest], [READ, begun, rest]]
    with operated(tmp_path, *scripts, more="[repeats]\n", options=("--workers", "3")) as gateway:
        _, secret = gateway.desk.create("ana")
        with ThreadPoolExecutor(4) as many:
            asking = [many.submit(ask, gateway, secret, ASKED | {"stream": True}, "k1") for _ in range(4)]
            assert hold.reached.wait(15)
            os.kill(worker_that_asks(gateway), signal.SIGKILL)
            for each in asking:
                told = each.result()
                assert told is None or "[DONE]" not in told[2]
        assert until(lambda: (ask(gateway, secret, ASKED | {"stream": True}, "k1") or [0])[0] == 200)
        assert len(gateway.upstream.requests) == 2
        # Nothing is left of the one that died.
        assert until(lambda: len({door.name for door in doors(gateway)}) == 3)
        assert len(list(doors(gateway)[0].parent.glob("*.sock"))) == 3


def doors(gateway):
    """The sockets at which the workers hear each other."""
    workers = psutil.Process(gateway.served.process.pid).children()
    return [
        Path(each.laddr)
        for worker in workers
        for each in worker.net_connections("unix")
        if each.laddr.endswith(".sock")
    ]


def worker_that_asks(gateway):
    """The worker that has the one connection to the upstream."""
    port = urlsplit(gateway.upstream.url()).port
    workers = psutil.Process(gateway.served.process.pid).children()
    (one,) = [
        each.pid for each in workers if any(end.raddr and end.raddr.port == port for end in each.net_connections())
    ]
    return one
