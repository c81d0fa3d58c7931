"""What a client logs, and what it never does."""

import logging
import subprocess
import sys

import pytest

from answers import document
from colours import CALL
from dragoman import Dragoman, Retry, errors
from dragoman.log import ambient, logged
from scripted import READ, Scripted, answer

KEY = "sk-planted-0123456789"
PROMPT = "planted prompt"
SAID = b'{"error":{"message":"you said planted prompt with sk-planted-0123456789","code":"planted prompt"}}'
BUSY = answer(
    b"{}", status=429, headers={"retry-after-ms": "10", "x-request-id": "r1", "x-ratelimit-limit-tokens": "9"}
)


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.DEBUG, "dragoman")
    return caplog


def ask(server, **client):
    with Dragoman(server.url("/v1"), api_key=KEY, hooks=[logged], **client) as made:
        return made.chat.create(messages=PROMPT, model="m")


def levels(log):
    return [record.levelname for record in log.records if record.name == "dragoman"]


def test_a_call_is_a_line_and_each_step_one_for_those_who_look_closer(log):
    with Scripted([READ, document()]) as server:
        ask(server)

    address = server.url("/v1/chat/completions")
    assert levels(log) == ["DEBUG", "DEBUG", "INFO"]
    assert f"POST {address} m: attempt 1 begins, " in log.messages[0]
    assert "attempt 1 answered with 200 after 0.0" in log.messages[1]
    assert "content-type='application/json'" in log.messages[1]
    assert "1 attempt, 3+1 tokens (reported)" in log.messages[2]


def test_a_retry_is_a_line(log):
    with Scripted([READ, BUSY, READ, document()]) as server:
        ask(server, retries=Retry(first=0.01))

    assert "RateLimitError (status 429, request r1); again in 0.01 s" in log.messages[2]
    assert "x-ratelimit-limit-tokens='9'" in log.messages[1]
    assert log.messages[-1].endswith("2 attempts, 3+1 tokens (reported)")


def test_no_prompt_no_answer_and_no_credential_is_in_any_line(log):
    echo = {"x-echo": KEY, "set-cookie": f"k={KEY}", "x-request-id": KEY, "server": PROMPT}
    with Scripted([READ, answer(SAID, status=400, headers=echo)], [READ, document()]) as server:
        with pytest.raises(errors.BadRequestError):
            ask(server)
        ask(server)

    assert KEY not in log.text
    assert "Monet" not in log.text
    assert PROMPT not in log.text
    assert "BadRequestError (status 400) in 0.0" in log.messages[2]
    assert levels(log)[2] == "WARNING"


def test_what_could_not_even_be_sent_is_a_line(log):
    class Unable:
        def send(self, request, until):
            raise errors.EngineError("there is no model here")

        def close(self):
            pass

    with pytest.raises(errors.EngineError):
        Dragoman("http://a.test", transport=Unable(), hooks=[logged]).chat.create(**CALL)

    assert "EngineError in 0.00 s, 1 attempt, ?+? tokens (nothing)" in log.messages[-1]


def test_the_environment_sets_it_up(tmp_path):
    program = tmp_path / "program.py"
    with Scripted([READ, document()]) as server:
        program.write_text(
            f"from dragoman import Dragoman\n"
            f"Dragoman({server.url('/v1')!r}, api_key={KEY!r}).chat.create(messages={PROMPT!r}, model='m')\n"
        )
        done = subprocess.run(  # noqa: S603 - this Python
            [sys.executable, program],
            check=True,
            capture_output=True,
            text=True,
            env={"DRAGOMAN_LOG": "info"},
        )

    assert " dragoman INFO POST http://127.0.0.1:" in done.stderr
    assert done.stderr.count("\n") == 1
    assert KEY not in done.stderr
    assert PROMPT not in done.stderr


def test_a_level_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("DRAGOMAN_LOG", "loud")

    with pytest.raises(
        errors.ConfigurationError, match="DRAGOMAN_LOG is one of debug, info, warning, error, not 'loud'"
    ):
        Dragoman("http://127.0.0.1:9/v1")


def test_a_program_that_has_set_up_logging_keeps_its_own():
    log = logging.getLogger("dragoman")
    before, level = list(log.handlers), log.level
    mine = logging.NullHandler()
    log.addHandler(mine)
    try:
        assert ambient("debug") is logged
        assert log.handlers == [*before, mine]
        assert log.level == logging.DEBUG
    finally:
        log.removeHandler(mine)
        log.setLevel(level)
