"""A request as a command: pasted into a shell, it asks the same, with the credential from the environment."""

import json
import os
import shlex
import shutil
import subprocess

import pytest

from answers import STREAM, document
from dragoman import Dragoman, errors
from dragoman.chat.curl import ARGUMENT
from scripted import READ, Scripted

KEY = "sk-planted-0123456789"
AWKWARD = 'it\'s "quoted" `here` $HOME !! \\ \n%s é {a,b} @file'


def run(command, **environment):
    """Paste it."""
    path = {"PATH": os.environ["PATH"]}
    return subprocess.run(  # noqa: S602 - that a shell takes it is the point
        command, shell=True, check=True, capture_output=True, text=True, env=path | environment
    ).stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
@pytest.mark.parametrize("size", [1, ARGUMENT])
def test_pasted_it_asks_what_the_client_asks(size):
    question = {"messages": AWKWARD * size if size == 1 else "x" * size, "model": "m", "headers": {"x-team": "a b"}}
    with Scripted([READ, document()], [READ, document()]) as server:
        client = Dragoman(server.url("/v1"), api_key=KEY)
        with client:
            client.chat.create(**question)
            command = client.chat.curl(**question)
        said = run(command, DRAGOMAN_API_KEY=KEY)

    ours, theirs = server.requests
    assert KEY not in command
    assert json.loads(said)["choices"][0]["message"]["content"] == "Monet"
    assert theirs.json == ours.json
    assert theirs.line == ours.line
    for name in ("authorization", "accept", "content-type", "x-team"):
        assert theirs.headers[name] == ours.headers[name]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_a_stream_is_shown_as_it_comes():
    with Scripted([READ, STREAM]) as server, Dragoman(server.url("/v1")) as client:
        command = client.chat.curl(messages="x", model="m", stream=True)
        said = run(command)

    assert "--no-buffer" in command
    assert said.rstrip().endswith("data: [DONE]")
    assert server.requests[0].json["stream"] is True


@pytest.mark.parametrize(
    ("address", "header"),
    [
        ("https://api.openai.com/v1", """'authorization: Bearer '"$OPENAI_API_KEY\""""),
        ("https://api.anthropic.com/v1", """'x-api-key: '"$ANTHROPIC_API_KEY\""""),
        ("https://models.test/v1", """'authorization: Bearer '"$DRAGOMAN_API_KEY\""""),
    ],
)
def test_the_variable_is_the_vendors(address, header):
    command = Dragoman(address, api_key=KEY).chat.curl(messages="x", model="m")

    assert f"--header {header} \\\n" in command
    assert KEY not in command


def test_a_header_that_looks_like_a_credential_is_a_variable_too():
    client = Dragoman("https://models.test/v1", headers={"X-Proxy-Token": KEY, "x-team": "a"})
    command = client.chat.curl(messages="x", model="m")

    assert """--header 'x-proxy-token: '"$X_PROXY_TOKEN\"""" in command
    assert "--header 'x-team: a'" in command
    assert KEY not in command


def test_a_credential_in_the_address_is_a_variable_and_what_is_none_stays():
    with Dragoman("https://house.test/v1?api-version=2&sig-token=sk-1&x=1") as client:
        command = client.chat.curl(messages="Hi", model="m")

    assert "'https://house.test/v1/chat/completions?api-version=2&sig-token='\"$SIG_TOKEN\"'&x=1'" in command


def test_without_a_credential_there_is_no_variable(monkeypatch):
    monkeypatch.delenv("DRAGOMAN_API_KEY", raising=False)

    assert "$" not in Dragoman("https://models.test/v1").chat.curl(messages="x", model="m")


def test_a_unix_socket_is_reached_as_curl_reaches_it():
    command = Dragoman("http+unix://%2Frun%2Fx.sock/v1").chat.curl(messages="x", model="m")

    assert shlex.split(command)[:4] == ["curl", "--unix-socket", "/run/x.sock", "http://localhost/v1/chat/completions"]


def test_the_embedded_model_cannot_be_reached_by_curl():
    with Dragoman("local") as client, pytest.raises(errors.ConfigurationError, match="run `dragoman serve`"):
        client.chat.curl(messages="x")
