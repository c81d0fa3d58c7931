"""The commands, `dragoman chat` and the rest of them: one file each, and this one chooses."""

from __future__ import annotations

import argparse
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman.call.settings import VERSION
from dragoman.cli import chat, check, config, keys, models, screen, serve, usage
from dragoman.errors import ConfigurationError, DragomanError, InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Sequence

ANSWERED = 0
FAILED = 1
MISUSED = 2
INTERRUPTED = 130

EPILOG = """\
exit codes:
  0    done
  1    the call failed: the server said no, did not answer, or broke off
  2    the command is wrong as written, or something it needs is missing
  130  stopped with Ctrl-C

environment:
  DRAGOMAN_BASE_URL   the endpoint that chat and models ask; without it the model on this machine answers
  DRAGOMAN_API_KEY    the credential for that endpoint
  NO_COLOR            no colours on a terminal either

examples:
  dragoman chat "Who is the best French painter?"
  git diff | dragoman chat "Write a commit message for this change."
  dragoman serve
  dragoman serve --config dragoman.toml
  dragoman chat --base-url http://127.0.0.1:8000/v1 --model any "Hello"
"""


def parser() -> argparse.ArgumentParser:
    """The whole grammar of the command line."""
    root = argparse.ArgumentParser(
        prog="dragoman",
        description="One chat-completions stack that speaks every vendor's dialect, both ways.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"dragoman {VERSION}")
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (chat, serve, config, keys, usage, models, check):
        command.add(commands)
    return root


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command and say how it ended.

    Args:
        argv: the words after `dragoman`; default those the process was started with.

    Returns:
        The exit code: see `EPILOG`.
    """
    try:
        _open_missing()
        out: object = sys.stdout
        typed: object = sys.stdin
        if isinstance(out, io.TextIOWrapper):
            # A locale, or a pipe on Windows, may have no sign for what a model says: `\u2028` is better than no answer.
            out.reconfigure(errors="backslashreplace")
        if isinstance(typed, io.TextIOWrapper):
            # What is typed, or comes through a pipe, may be no text in this encoding: it is read as far as it is.
            typed.reconfigure(errors="replace")
        arguments = parser().parse_args(argv)
        return int(arguments.run(arguments))
    except (InvalidRequestError, ConfigurationError) as error:
        return complain(error, MISUSED)
    except DragomanError as error:
        return complain(error, FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe left (`| head`): nothing more can be said, not even at exit, when stdout is flushed.
        _silence()
        return ANSWERED
    except OSError as error:
        # What the command wrote to takes no more (a disk is full), or a file of its own cannot be used.
        _silence()
        return complain(error, FAILED)


def _open_missing() -> None:
    """Open what the command was started without (`<&-`, `>&-`), lest the next socket or file be taken for it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - until the process ends


def _silence() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(error: Exception, code: int) -> int:
    """Say what went wrong, in a line for each thing, and return the code to exit with."""
    # A configuration may have several mistakes, each with its line; what a server says may have lines of its own.
    for line in getattr(error, "lines", [str(error)]):
        said = screen.harmless(" ".join(line.split()), sys.stderr)
        print(f"dragoman: {said}", file=sys.stderr)  # noqa: T201 - this is a command line
    return code
