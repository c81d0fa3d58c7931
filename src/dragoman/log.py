"""What a client logs: that calls were made and what became of them, never what was said in them. Writes to a logger.

    DRAGOMAN_LOG=info python program.py        # a line for each call and each retry, on standard error
    DRAGOMAN_LOG=debug python program.py       # each attempt as well, and the headers that are known to be harmless

or, by a program that has set up logging itself:

    client = Dragoman("https://api.openai.com/v1", hooks=[dragoman.log.logged])

A line is built of what is named here and of nothing else: no text of a prompt, an answer or an error, no query, no
header that is not in `HEADERS`. An error is its class, its status and its code, where that is a word as codes are.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dragoman.errors import APIError, ConfigurationError
from dragoman.hooks import Answered, Began, Ended, Failed

if TYPE_CHECKING:
    from dragoman.errors import DragomanError
    from dragoman.hooks import Asked, Hook, Moment

HEADERS = frozenset(
    {
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "openai-processing-ms",
        "retry-after",
        "retry-after-ms",
        "transfer-encoding",
        "x-should-retry",
    }
)
"""The headers of an answer that are logged, besides its request id and those about rates."""

LEVELS = ("debug", "info", "warning", "error")
"""What `DRAGOMAN_LOG` may say."""

_log = logging.getLogger("dragoman")


def logged(moment: Moment) -> None:
    """Log what a client tells: a hook. Calls and retries are `info`, calls that failed `warning`, the rest `debug`."""
    if isinstance(moment, Ended):
        _log.log(_weight(moment), "%s: %s", _what(moment.asked), _end(moment))
    elif isinstance(moment, Failed):
        if moment.again is not None:
            words = "%s: attempt %d failed after %.2f s: %s; again in %.2f s"
            _log.info(words, _what(moment.asked), moment.attempt, moment.seconds, _named(moment.error), moment.again)
    elif isinstance(moment, Answered):
        words = "%s: attempt %d answered with %d after %.2f s, request %s, %s"
        known = (moment.seconds, _word(moment.request_id), _harmless(moment.headers))
        _log.debug(words, _what(moment.asked), moment.attempt, moment.status, *known)
    else:
        _began(moment)


def ambient(level: str) -> Hook:
    """Set the logger up for `DRAGOMAN_LOG`, unless the program has, and return the hook that logs.

    Raises:
        ConfigurationError: it is none of `LEVELS`.
    """
    if level.lower() not in LEVELS:
        raise ConfigurationError(f"DRAGOMAN_LOG is one of {', '.join(LEVELS)}, not {level[:20]!r}")
    _log.setLevel(level.upper())
    if not _log.hasHandlers():
        written = logging.StreamHandler()
        written.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        _log.addHandler(written)
    return logged


def _began(moment: Began) -> None:
    words = "%s: attempt %d begins, %d bytes, provider %s"
    asked = moment.asked
    _log.debug(words, _what(asked), moment.attempt, len(asked.body), asked.provider)


def _weight(moment: Ended) -> int:
    return logging.WARNING if moment.outcome == "failed" else logging.INFO


def _what(asked: Asked) -> str:
    parts = urlsplit(asked.url)
    return f"{asked.method} {parts.scheme}://{parts.netloc}{parts.path} {_word(asked.model)}".rstrip(" -")


def _end(moment: Ended) -> str:
    spent = moment.spent
    known = f"{_number(spent.prompt_tokens)}+{_number(spent.completion_tokens)} tokens ({spent.source})"
    how = _named(moment.error) if moment.error is not None else moment.outcome
    tries = "1 attempt" if moment.attempts == 1 else f"{moment.attempts} attempts"
    first = f", first content after {moment.first:.2f} s" if moment.first is not None else ""
    return f"{how} in {moment.seconds:.2f} s{first}, {tries}, {known}"


def _named(error: DragomanError) -> str:
    """An error without its sentence, which may repeat what was asked."""
    if not isinstance(error, APIError):
        return type(error).__name__
    known = [f"status {error.status}" if error.status is not None else "", f"code {_word(error.code)}"]
    known += [f"request {_word(error.request_id)}"]
    return f"{type(error).__name__} ({', '.join(part for part in known if part and not part.endswith(' -'))})"


def _harmless(headers: dict[str, str]) -> str:
    shown = (name for name in headers if name in HEADERS or "ratelimit" in name)
    return " ".join(f"{name}={_short(headers[name])}" for name in shown)


def _word(text: str | None) -> str:
    """A server's or a caller's word, where it is one: no sentence, no line of its own."""
    return text if text and re.fullmatch(r"[\w.:/@+-]{1,128}", text) else "-"


def _short(text: str) -> str:
    return repr(text[:100])


def _number(count: int | None) -> str:
    return "?" if count is None else str(count)
