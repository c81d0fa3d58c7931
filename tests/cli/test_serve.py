"""`dragoman serve` from the outside: what it says when it starts, and why it does not."""

import importlib.util
import socket
import subprocess
import sys

import pytest

from dragoman.cli import main
from scripted import READ, Scripted, answer
from serving import Served


def serve(*words, **environment):
    import os  # noqa: PLC0415 - the test's own environment, and more

    command = [sys.executable, "-m", "dragoman.cli", "serve", *words]
    return subprocess.run(  # noqa: S603 - our own command
        command, check=False, capture_output=True, text=True, timeout=30, env={**os.environ, **environment}
    )


def test_the_banner_says_where_who_answers_how_to_try_it_and_how_to_stop():
    with Served() as served:
        said = served.said.decode()

    assert f"dragoman listens at {served.url}" in said
    assert "the model on this machine, whatever model a request names" in said
    assert "/docs" in said
    assert "curl" in said
    assert served.process.returncode == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--host", "0.0.0.0"], "asks nobody for a key"),  # noqa: S104 - refusing it is what is tested
        (["--host", "example.com"], "asks nobody for a key"),
        (["--upstream", "nowhere"], "must begin with http"),
        (["--upstream", "http://a.test/v1", "--model", "x.gguf"], "choose"),
        (["--model", "x.bin"], "takes the path of a .gguf file"),
        (["--upstream", "http://a.test/v1", "--upstream-key-env", "NOT_SET"], "the variable NOT_SET is not set"),
        (["--port", "many"], "a port is a number"),
    ],
)
def test_a_wrong_option_is_one_sentence_and_exit_code_2(words, says):
    done = serve(*words)

    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = serve("--port", str(taken.getsockname()[1]))

    assert done.returncode == 2
    assert "cannot listen on 127.0.0.1" in done.stderr


def test_the_upstreams_key_comes_from_the_variable_that_is_named(monkeypatch):
    monkeypatch.setenv("TEAM_KEY", "sk-planted")
    completion = b'{"choices":[{"index":0,"message":{"content":"x"},"finish_reason":"stop"}]}'
    with Scripted([READ, answer(completion)]) as server:
        with Served("--upstream", server.url("/v1"), "--upstream-key-env", "TEAM_KEY") as served:
            with served.client() as client:
                client.chat.create(messages="Hello")
            served.stop()
            assert b"planted" not in served.said

    assert server.requests[0].headers["authorization"] == "Bearer sk-planted"


@pytest.mark.parametrize("options", [[], ["--workers", "2"], ["--config", "dragoman.toml"]])
def test_a_model_that_cannot_run_here_is_told_before_it_listens(options, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dragoman.toml").write_text(
        '[upstreams.house]\nurl = "http://127.0.0.1:9/v1"\n[upstreams.here]\nengine = true\n'
        '[[routes]]\nmodel = "*"\ncandidates = ["house"]\nlast_resort = "here"\n'
    )
    real = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "xllamacpp" else real(name))

    assert main(["serve", "--port", "0", *options]) == 2

    said = capsys.readouterr().err
    assert said == (
        "dragoman: the model on this machine needs more than is installed (xllamacpp): "
        "pip install 'dragoman[engine]', or name an endpoint's address\n"
    )
