"""The endpoint's server: it says that it listens when it does, and lets running answers end when it has to go."""

import asyncio
import hashlib
import os
import signal
import socket
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import msgspec
import pytest
import uvicorn

from dragoman.engine import serve, weights
from dragoman.engine.child import Told
from dragoman.transport import NoAnswer
from serving import until

LONG = {"messages": "Write a long story.", "max_tokens": 1500, "logit_bias": {"2": -100}}
"""An answer that does not end by itself: the model may not end its turn (token 2)."""


@pytest.fixture
def told(tmp_path):
    file = tmp_path / "weights.gguf"
    file.write_bytes(b"GGUF" + b"\0" * 96)
    return Told(
        folder=str(tmp_path),
        model=str(file),
        name="m",
        embedded=False,
        owner=1,
        slots=4,
        context=2048,
        threads=2,
        queue=32,
    )


def test_a_fingerprint_is_the_same_for_the_same_engine(told):
    assert serve.fingerprint(told) == serve.fingerprint(msgspec.structs.replace(told, folder="/elsewhere", owner=2))


def test_a_fingerprint_shows_nothing_of_this_machine(told):
    facts = (version("xllamacpp"), "m", 100, 2, 2048)

    assert serve.fingerprint(told) == "fp_" + hashlib.sha256(repr(facts).encode()).hexdigest()[:10]


@pytest.mark.parametrize("change", [{"name": "n"}, {"threads": 1}, {"context": 1024}], ids=str)
def test_a_fingerprint_changes_with_what_may_change_an_answer(told, change):
    assert serve.fingerprint(msgspec.structs.replace(told, **change)) != serve.fingerprint(told)


def test_a_fingerprint_changes_with_the_weights(told):
    before = serve.fingerprint(told)
    with Path(told.model).open("ab") as file:
        file.write(b"\0")

    assert serve.fingerprint(told) != before


def test_says_that_it_listens_when_it_does():
    with tempfile.TemporaryDirectory(prefix="dragoman-", dir="/tmp") as folder:
        place = f"{folder}/engine.sock"
        heard = []

        async def app(scope, receive, send):
            """Never asked anything."""

        def ready():
            with socket.socket(socket.AF_UNIX) as line:
                heard.append(line.connect_ex(place))
            server.should_exit = True

        server = serve.Server(uvicorn.Config(app, uds=place, loop="none", lifespan="off", log_level="critical"), ready)
        asyncio.run(server.serve())

    assert heard == [0]


def test_answers_name_the_engine_by_its_fingerprint(model):
    fingerprints = {model.create(max_tokens=1)["system_fingerprint"] for _ in range(2)}

    assert len(fingerprints) == 1
    assert fingerprints.pop().startswith("fp_")


def test_a_model_of_the_users_own_is_named_by_its_file(engines, tmp_path):
    own = tmp_path / "my-model.gguf"
    own.symlink_to(weights.installed())

    with engines(model=own, slots=1, context=256) as endpoint:
        (card,) = endpoint.get("/v1/models").json["data"]
        completion = endpoint.create(max_tokens=2)

    assert card["id"] == completion["model"] == "my-model"


def told_to_stop(endpoint):
    os.kill(endpoint.engine.pid, signal.SIGTERM)


def test_an_answer_that_runs_when_the_engine_is_told_to_stop_may_end(engines):
    with engines(slots=1, context=512) as endpoint:
        with endpoint.streaming(max_tokens=12) as events:
            first = next(events)
            told_to_stop(endpoint)
            rest = list(events)

        assert until(lambda: not endpoint.engine.running)

    assert first["choices"][0]["delta"]["role"] == "assistant"
    assert rest[-1] == "[DONE]"
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in rest[:-1]).startswith("The capital")


def test_an_answer_that_takes_too_long_does_not_keep_the_engine_from_ending(engines):
    with engines(slots=1, context=2048) as endpoint:
        with endpoint.streaming(**LONG) as events:
            next(events)
            told_to_stop(endpoint)
            with pytest.raises(NoAnswer):
                list(events)

        assert until(lambda: not endpoint.engine.running)


def test_who_comes_after_the_engine_was_told_to_stop_is_not_taken(engines):
    with engines(slots=1, context=2048) as endpoint:
        with endpoint.streaming(**LONG) as events:
            next(events)
            told_to_stop(endpoint)
            assert until(lambda: not connects(endpoint.engine.url))

        assert until(lambda: not endpoint.engine.running)
        endpoint.engine.ready(time.monotonic() + 60)
        assert endpoint.create(max_tokens=1)["choices"]


def connects(url):
    """Whether anybody listens at an engine's address."""
    place = url.removeprefix("http+unix://").removesuffix("/v1").replace("%2F", "/")
    with socket.socket(socket.AF_UNIX) as line:
        return line.connect_ex(place) == 0
