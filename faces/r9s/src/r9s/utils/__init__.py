"""Retries, streams, logging, under the names they are imported by."""

from dragoman.face.files import also
from dragoman.face.log import Logger, get_default_logger
from dragoman.face.retries import BackoffStrategy, RetryConfig
from r9s.utils import eventstreaming


def remove_suffix(text: str, suffix: str) -> str:
    """The text without its end, where that is the suffix."""
    return text.removesuffix(suffix)


also(__name__, "logger", "retries")

__all__ = ["BackoffStrategy", "Logger", "RetryConfig", "eventstreaming", "get_default_logger", "remove_suffix"]
