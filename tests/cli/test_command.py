"""The command line as a whole: its help, its version, the door it is entered by."""

import subprocess
import sys

import pytest

from dragoman.call.settings import VERSION
from dragoman.cli.command import parser, run


def test_the_help_teaches(capsys):
    with pytest.raises(SystemExit) as left:
        run(["--help"])

    shown = capsys.readouterr().out
    assert left.value.code == 0
    for word in ("chat", "serve", "models", "exit codes", "DRAGOMAN_BASE_URL", "examples"):
        assert word in shown


@pytest.mark.parametrize("command", ["chat", "serve", "models"])
def test_each_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as left:
        run([command, "--help"])

    assert left.value.code == 0
    assert f"dragoman {command}" in capsys.readouterr().out


def test_the_version(capsys):
    with pytest.raises(SystemExit):
        run(["--version"])
    assert capsys.readouterr().out == f"dragoman {VERSION}\n"


def test_no_command_is_told():
    done = subprocess.run([sys.executable, "-m", "dragoman.cli"], check=False, capture_output=True, text=True)

    assert done.returncode == 2
    assert "COMMAND" in done.stderr
    assert parser().prog == "dragoman"
