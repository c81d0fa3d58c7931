"""Ctrl-C ends the command line quietly, whenever it comes."""

import signal
import subprocess
import sys

from dragoman.cli import main

WHILE_LOADED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
class Finder:
    def find_spec(self, name, path, target=None):
        if name == "dragoman.cli.session":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
from dragoman.cli import main
sys.exit(main())
"""
WHILE_IT_RUNS = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from dragoman.cli import command, main
command.run.__globals__["parser"] = lambda: os.kill(os.getpid(), signal.SIGINT)
sys.exit(main())
"""
AT_ITS_END = """
import atexit, os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from dragoman.cli import command, main
atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))
command.run = lambda argv: 0
sys.exit(main())
"""
IGNORED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
from dragoman.cli import command, main
command.run = lambda argv: os.kill(os.getpid(), signal.SIGINT) or 7
sys.exit(main())
"""


def ended(program):
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60)  # noqa: S603 - this Python
    return done.returncode, done.stderr


def test_while_it_is_loaded_the_system_ends_it():
    assert ended(WHILE_LOADED) == (-signal.SIGINT, "")


def test_while_it_runs_it_says_so_by_its_code():
    assert ended(WHILE_IT_RUNS) == (130, "")


def test_at_its_end_nothing_is_told_of_it():
    assert ended(AT_ITS_END) == (-signal.SIGINT, "")


def test_where_it_is_not_to_be_heard_it_is_not():
    assert ended(IGNORED) == (7, "")


def test_a_program_that_runs_a_command_keeps_its_own_way(capsys):
    before = signal.getsignal(signal.SIGINT)
    assert main(["keys", "list", "--store", "nowhere://"]) == 2
    assert signal.getsignal(signal.SIGINT) is before
    assert capsys.readouterr().err.startswith("dragoman: ")
