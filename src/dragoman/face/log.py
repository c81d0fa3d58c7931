"""Where a face writes what it sends and receives, if anywhere. No I/O of its own."""

from __future__ import annotations

from typing import Any, Protocol


class Logger(Protocol):
    """What a debug logger has; `logging.Logger` is one."""

    def debug(self, msg: str, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - logging's own
        """Write a message."""
        ...


class Silent:
    """What writes nothing."""

    def debug(self, msg: str, *args: object, **kwargs: object) -> None:
        """Write nothing."""


def get_default_logger() -> Logger:
    """A logger that writes nothing."""
    return Silent()
