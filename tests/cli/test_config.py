"""`dragoman config` as a user types it."""

import json
import os
import subprocess
import sys

import pytest


@pytest.fixture
def config(tmp_path):
    def run(*words, text=None, **environment):
        if text is not None:
            (tmp_path / "d.toml").write_text(text)
        command = [sys.executable, "-m", "dragoman.cli", "config", *words]
        known = {**os.environ, "PYTHONIOENCODING": "utf-8", **environment}
        return subprocess.run(  # noqa: S603 - our own command
            command, check=False, capture_output=True, text=True, timeout=60, cwd=tmp_path, env=known
        )

    return run


GOOD = """\
[server]
host = "::1"
admin_key = "env:ADMIN"
[store]
url = "sqlite:dragoman.db"
[upstreams.openai]
vendor = "openai"
[upstreams.here]
engine = true
[[routes]]
model = "gpt-*"
candidates = ["openai"]
last_resort = "here"
"""
SET = {"ADMIN": "0123456789abcdef", "OPENAI_API_KEY": "sk-planted"}


def test_a_file_that_can_be_used_is_ok_and_summed_up(config):
    done = config("check", "d.toml", text=GOOD, **SET)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "d.toml: ok\n"
        "listens    [::1]:8000, keys required, admin API on\n"
        "store      sqlite:dragoman.db\n"
        "upstreams  openai, here\n"
        "route      gpt-* → openai (ordered), at last here\n"
    )


@pytest.mark.parametrize("action", ["check", "show"])
def test_without_a_name_it_is_the_file_that_the_other_commands_take(config, tmp_path, action):
    (tmp_path / "dragoman.toml").write_text(GOOD)

    assert config(action, **SET).stdout == config(action, "dragoman.toml", **SET).stdout != ""


def test_every_mistake_is_a_line_and_the_exit_code_is_2(config):
    done = config("check", "d.toml", text='[server]\nport = "x"\n[upstreams.a]\nvendor = "opnai"\n')

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "d.toml:2: server.port takes a whole number from 0 to 65535, not a text",
        'd.toml:4: upstreams.a.vendor: "opnai" is none; did you mean "openai"?',
    ]


def test_a_missing_credential_is_a_mistake_unless_only_the_file_is_looked_at(config):
    done = config("check", "d.toml", text=GOOD, ADMIN=SET["ADMIN"])

    assert done.returncode == 2
    assert done.stderr == "d.toml:6: upstreams.openai.credentials[0]: the variable OPENAI_API_KEY is not set\n"
    assert config("check", "--without-secrets", "d.toml").returncode == 0


def test_a_file_that_is_not_there_is_one_sentence(config):
    done = config("check", "none.toml")

    assert (done.returncode, done.stderr) == (2, "dragoman: none.toml: no such file or directory\n")


def test_the_whole_of_it_is_shown_without_secrets(config):
    done = config("show", "d.toml", text=GOOD, OPENAI_API_KEY="sk-planted")

    assert done.returncode == 0
    assert 'credentials = ["env:OPENAI_API_KEY"]  # <set>' in done.stdout
    assert 'admin_key = "env:ADMIN"  # <missing>' in done.stdout
    assert "planted" not in done.stdout + done.stderr
    assert config("show", "d.toml", text="x = 1").returncode == 2


def test_the_schema_is_json(config):
    assert json.loads(config("schema").stdout)["title"] == "The configuration of dragoman's gateway"


def test_an_action_has_to_be_named(config):
    done = config()

    assert done.returncode == 2
    assert "ACTION" in done.stderr
