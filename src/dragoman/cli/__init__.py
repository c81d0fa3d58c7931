"""The command line: what a shell starts. Ctrl-C ends it quietly, from its first moment to its last.

A Ctrl-C while modules are loaded would be raised in the middle of one of them, and told as whatever that makes of it.
So there the system ends the process, as it ends any other; the commands themselves hear it and answer for it.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and say how it ended.

    Args:
        argv: the words after `dragoman`; default those the process was started with, and then it is the process's own.

    Returns:
        The exit code: see `dragoman.cli.command.EPILOG`.
    """
    own = argv is None and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if own:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from dragoman.cli.command import run  # noqa: PLC0415 - see above

    if not own:
        return run(argv)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = run(argv)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return code
