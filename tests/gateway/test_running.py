"""What a configuration makes of a gateway."""

import asyncio
import json
import subprocess
import sys

import pytest

from dragoman.errors import ConfigurationError
from dragoman.gateway.config.load import parsed
from dragoman.gateway.ledger import Entry, Totals
from dragoman.gateway.running import Lasting, Running, lasting_for
from dragoman.gateway.tally import Tokens
from scripted import READ, Scripted, answer

ASKED = {"model": "m", "messages": [{"role": "user", "content": "x"}], "top_k": 3}


def made(text):
    return Running(parsed(text.encode(), "test.toml"), Lasting(Totals()))


def asked(text, body=ASKED):
    """Send one request through what a configuration makes, and return the text of the answer."""

    async def main():
        running = made(text)
        with Entry(Totals(), "r", body["model"], stream=False) as entry:
            relayed = await running.relay.open(body, running.relay.find(body["model"]), entry, float("inf"))
            entry.completed()
        running.close()
        return relayed.document.text, entry.closed

    return asyncio.run(main())


COMPLETION = json.dumps({"choices": [{"message": {"role": "assistant", "content": "Monet"}, "finish_reason": "stop"}]})


def test_an_upstream_is_asked_with_its_own_credential_headers_and_query(monkeypatch):
    monkeypatch.setenv("PLANTED", "sk-planted")
    with Scripted([READ, answer(COMPLETION.encode())]) as server:
        text, closed = asked(f"""
            [upstreams.house]
            url = "{server.url("/v1")}"
            credentials = ["env:PLANTED"]
            parameters = "drop"
            vendor = "mistral"
            query = {{ version = "7" }}
            headers = {{ x-team = "blue" }}
        """)

    sent = server.requests[0]
    assert text == "Monet"
    assert sent.line.startswith("POST /v1/chat/completions?version=7 ")
    assert sent.headers["authorization"] == "Bearer sk-planted"
    assert sent.headers["x-team"] == "blue"
    assert "top_k" not in sent.json
    assert closed.attempts[0].credential == "env:PLANTED"
    assert any("top_k" in change for change in closed.changed)


def test_an_azure_deployment_is_asked_where_it_is():
    with Scripted([READ, answer(COMPLETION.encode())]) as server:
        asked(f"""
            [upstreams.azure]
            vendor = "azure"
            url = "{server.url("")}"
            credentials = []
            parameters = "pass"
        """)

    assert server.requests[0].line.startswith("POST /openai/deployments/m/chat/completions?api-version=")


def test_an_anthropic_upstream_is_spoken_to_in_its_own_words(monkeypatch):
    monkeypatch.setenv("PLANTED", "sk-ant")
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "stop_reason": "end_turn"}
    message |= {"content": [{"type": "text", "text": "Monet"}], "usage": {"input_tokens": 3, "output_tokens": 1}}
    with Scripted([READ, answer(json.dumps(message).encode())]) as server:
        text, closed = asked(
            f"""
            [upstreams.claude]
            vendor = "anthropic"
            url = "{server.url("/v1")}"
            credentials = ["env:PLANTED"]
            parameters = "drop"
        """,
            ASKED | {"seed": 1},
        )

    sent = server.requests[0]
    assert text == "Monet"
    assert sent.line.startswith("POST /v1/messages ")
    assert sent.headers["x-api-key"] == "sk-ant"
    assert (closed.prompt_tokens, closed.completion_tokens) == (3, 1)
    assert any("seed" in change for change in closed.changed)


def test_prices_are_those_of_the_upstream_that_answers():
    running = made("""
        [upstreams.house]
        url = "http://127.0.0.1:9/v1"
        [prices]
        "house:known" = { input = 1, output = 2 }
    """)
    tokens = Tokens(prompt=10, completion=5)

    assert running.cost("house", "known", "known", tokens) == 20
    assert running.cost("house", "unknown", "unknown", tokens) is None
    assert running.cost(None, "known", "known", tokens) is None
    assert running.most(running.relay.find("known"), 10, 5, {}) == 20
    assert running.most(running.relay.find("unknown"), 10, 5, {}) is None
    running.close()


def test_a_price_is_for_the_tier_that_it_is_stated_for():
    running = made("""
        [upstreams.house]
        url = "http://127.0.0.1:9/v1"
        [prices]
        "house:known" = { input = 1, output = 2, tiers = { Priority = 2 } }
    """)
    tokens = Tokens(prompt=10, completion=5)
    known = running.relay.find("known")

    fast, flex = {"service_tier": "priority"}, {"service_tier": "flex"}

    assert running.cost("house", "known", "known", tokens, "priority") == running.most(known, 10, 5, fast) == 40
    assert running.cost("house", "known", "known", tokens, "flex") is None
    assert running.most(known, 10, 5, flex) is None
    assert running.tier(known, flex) == "flex"
    running.close()


def test_an_answer_costs_no_less_for_the_name_that_its_upstream_gives_the_model():
    running = made("""
        [upstreams.house]
        url = "http://127.0.0.1:9/v1"
        [prices]
        "house:qwen3" = { input = 1, output = 2 }
    """)
    tokens = Tokens(prompt=10, completion=5)

    assert running.cost("house", "qwen3", "Qwen/Qwen3-8B", tokens) == running.most(
        running.relay.find("qwen3"), 10, 5, {}
    )
    running.close()


def test_what_was_put_into_the_upstreams_cache_costs_what_the_vendor_says():
    running = made("""
        [upstreams.claude]
        url = "http://127.0.0.1:9/v1"
        vendor = "anthropic"
    """)
    plain = running.cost("claude", "claude-sonnet-4-5", "claude-sonnet-4-5", Tokens(1000, 0))
    written = running.cost("claude", "claude-sonnet-4-5", "claude-sonnet-4-5", Tokens(1000, 0, written=1000))

    assert (plain, written) == (3000, 3750)
    running.close()


def test_a_model_on_this_machine_costs_nothing():
    running = made("")

    assert running.cost("here", "smollm2", "smollm2", Tokens(prompt=10, completion=5)) == 0
    running.close()


def test_a_credential_that_is_not_there_is_told(monkeypatch):
    monkeypatch.delenv("PLANTED", raising=False)
    with pytest.raises(ConfigurationError, match="PLANTED"):
        made('[upstreams.a]\nurl = "http://127.0.0.1:9/v1"\ncredentials = ["env:PLANTED"]')


def test_without_a_store_nothing_lasts_but_the_counts():
    with lasting_for(parsed(b"", "test.toml")) as lasting:
        assert lasting == Lasting(lasting.totals)


@pytest.mark.parametrize(
    ("lacking", "store", "sentence"),
    [
        ("sqlalchemy", "", "a store needs sqlalchemy: pip install 'dragoman[gateway]'"),
        (
            "redis",
            'shared = "redis://127.0.0.1:9"',
            "limits that several machines share need redis: pip install 'dragoman[replicas]'",
        ),
    ],
)
def test_a_store_without_what_it_needs_says_what_to_install(tmp_path, lacking, store, sentence):
    (tmp_path / "dragoman.toml").write_text(
        f"""
        [store]
        url = "sqlite:{tmp_path}/dragoman.db"
        {store}
        [upstreams.house]
        url = "http://127.0.0.1:9/v1"
        """
    )
    # A fresh interpreter: in this one it has been imported by others.
    program = (
        f"import sys; sys.modules[{lacking!r}] = None; "
        "from dragoman.cli import main; sys.exit(main(['serve', '--port', '0', '--config', 'dragoman.toml']))"
    )
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", program], check=False, cwd=tmp_path, capture_output=True, text=True, timeout=30
    )

    assert (done.returncode, done.stderr) == (2, f"dragoman: {sentence}\n")
