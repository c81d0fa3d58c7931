"""Retries, streams, logging, under the names they are imported by."""

import logging
import os

from atoma_sdk.utils import eventstreaming
from dragoman.face.files import also
from dragoman.face.log import Logger, Silent
from dragoman.face.retries import BackoffStrategy, RetryConfig


def get_default_logger() -> Logger:
    """A logger that writes nothing; with `ATOMASDK_DEBUG` in the environment, the logger "atoma_sdk"."""
    if not os.environ.get("ATOMASDK_DEBUG"):
        return Silent()
    logging.basicConfig(level=logging.DEBUG)
    return logging.getLogger("atoma_sdk")


def remove_suffix(text: str, suffix: str) -> str:
    """The text without its end, where that is the suffix."""
    return text.removesuffix(suffix)


also(__name__, "logger", "retries")

__all__ = ["BackoffStrategy", "Logger", "RetryConfig", "eventstreaming", "get_default_logger", "remove_suffix"]
