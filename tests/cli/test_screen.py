import errno
import io

from dragoman.cli import screen
from dragoman.wire.completion import Usage


class Tty(io.StringIO):
    def isatty(self):
        return True


def test_colours_are_for_terminals_only(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)

    assert screen.paint("x", screen.RED, Tty()) == "\x1b[31mx\x1b[0m"
    assert screen.paint("x", screen.RED, io.StringIO()) == "x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert screen.paint("x", screen.RED, Tty()) == "x"


def test_colours_are_marked_as_taking_no_room():
    assert screen.unspaced("\x1b[1m> \x1b[0m") == "\x01\x1b[1m\x02> \x01\x1b[0m\x02"
    assert screen.unspaced("> ") == "> "


def test_the_usage_in_a_line():
    usage = Usage(prompt_tokens=3, completion_tokens=10, total_tokens=13)

    assert screen.usage_line(usage, 0.5, 1.5) == (
        "3 prompt + 10 completion = 13 tokens; first after 0.50 s, 1.50 s in all, 10 tokens/s"
    )
    assert "did not say" in screen.usage_line(None, 0.5, 1.5)


def test_what_nobody_can_read_is_no_reason_to_fail(monkeypatch):
    class Full(io.StringIO):
        def write(self, _):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sys.stderr", Full())

    assert screen.note("dragoman listens") is None
