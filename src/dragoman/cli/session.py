"""A session of `dragoman chat`: it remembers what was said, and Ctrl-C stops the answer, not the session."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dragoman.cli import chat, screen
from dragoman.errors import DragomanError

if TYPE_CHECKING:
    from dragoman.client import Dragoman

HELP = """\
/new      forget what was said
/undo     forget the last question and its answer
/system TEXT   tell the model something before anything else, and start anew
/exit     leave; so does Ctrl-D
Ctrl-C    stop the answer"""

REMEMBERED = 1000
"""How many lines the session's history keeps."""


def talk(client: Dragoman, system: str | None, options: dict[str, Any], *, show_usage: bool) -> int:
    """Ask and answer until the user leaves; a failed call is told and the session goes on.

    Returns:
        The exit code: 0.
    """
    screen.note("Talk; /help says what else there is, Ctrl-D leaves.")
    said = _opening(system)
    with _history():
        while True:
            line = _ask()
            if line is None or line == "/exit":
                return 0
            if line.startswith("/"):
                said = _obey(line, said)
            elif line:
                _reply(client, said, line, options, show_usage=show_usage)


def _opening(system: str | None) -> list[Any]:
    return [{"role": "system", "content": system}] if system else []


def _ask() -> str | None:
    """The user's next line; None at the end of input. Ctrl-C drops the line being written."""
    try:
        return input(_prompt()).strip()
    except EOFError:
        screen.write("\n")
        return None
    except KeyboardInterrupt:
        screen.write("\n")
        return ""


def _prompt() -> str:
    """What stands before the user's line. Readline is told which of it takes no room, or it redraws in wrong places."""
    painted = screen.paint("> ", screen.BOLD, sys.stdout)
    return screen.unspaced(painted) if "readline" in sys.modules else painted


def _obey(line: str, said: list[Any]) -> list[Any]:
    command, _, rest = line.partition(" ")
    opening = said[:1] if said and said[0]["role"] == "system" else []
    match command:
        case "/new":
            return opening
        case "/undo":
            return said[:-2] if len(said) - len(opening) > 1 else opening
        case "/system":
            return _opening(rest.strip() or None)
        case _:
            screen.note(HELP if command == "/help" else f"there is no {command}\n{HELP}")
            return said


def _reply(client: Dragoman, said: list[Any], line: str, options: dict[str, Any], *, show_usage: bool) -> None:
    """Answer one line, and remember both where an answer came."""
    asked = [*said, {"role": "user", "content": line}]
    try:
        completion = chat.answer(client, asked, options, show_usage=show_usage)
    except KeyboardInterrupt:
        screen.note("stopped")
        return
    except DragomanError as error:
        screen.note(" ".join(str(error).split()))
        return
    said[:] = [*asked, completion.message.to_dict()]


@contextlib.contextmanager
def _history() -> Any:  # noqa: ANN401 - a context manager of nothing
    """Lines of earlier sessions behind the arrow keys, where this Python has readline."""
    try:
        import readline  # noqa: PLC0415 - missing from some builds of Python
    except ImportError:
        yield
        return
    try:
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    except RuntimeError:
        # Nobody's account and no $HOME, as some containers have it: there is no place to remember lines in.
        yield
        return
    home = state / "dragoman" / "history"
    with contextlib.suppress(OSError):
        readline.read_history_file(home)
    readline.set_history_length(REMEMBERED)
    try:
        yield
    finally:
        # What people ask is theirs: no one else on this machine reads it. A read-only home is no reason to fail.
        with contextlib.suppress(OSError):
            home.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            readline.write_history_file(home)
            home.chmod(0o600)
