"""The check of what happens when a caller leaves: is the server free for the next? Threads, a clock, I/O.

It can be seen where so many streams keep a server busy that a request which asks for next to nothing has to wait: when
the streams are left, it must not. Servers with room for more show nothing, and nothing is said of them.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

from dragoman.call import encode
from dragoman.carry import blocking_transport
from dragoman.probe.answer import OK
from dragoman.probe.check import Check
from dragoman.probe.finding import Found, Settled, broken, honoured, unclear
from dragoman.probe.prompts import HELLO
from dragoman.transport import NoAnswer

if TYPE_CHECKING:
    from dragoman.probe.endpoint import Endpoint
    from dragoman.transport import Answer

STREAMS = 8
LONG = 256
"""Tokens of each stream: long enough to be waited for where nobody stops them."""

GOING_ON = "Write a very long story about the sea. Do not stop before it has a hundred chapters."


class Crowd:
    """So many callers, each with a stream that is open until they leave.

    Args:
        endpoint: where they are.
        number: how many they are.
    """

    def __init__(self, endpoint: Endpoint, number: int) -> None:
        self._endpoint = endpoint
        # One of their own: closing it drops the connections of those as well who have had no answer yet.
        self._transport = blocking_transport(endpoint.settings)
        self._body = encode(endpoint.body(GOING_ON, LONG) | {"stream": True})
        self._answers: list[Answer] = []
        self._failed = 0
        self._news = threading.Condition()
        self._threads = [threading.Thread(target=self._come, daemon=True) for _ in range(number)]
        for thread in self._threads:
            thread.start()

    def _come(self) -> None:
        endpoint = self._endpoint
        answer = None
        with contextlib.suppress(NoAnswer):
            opened = endpoint.open("POST", endpoint.path, self._body, transport=self._transport)
            if opened.status == OK and opened.read(time.monotonic() + endpoint.timeout):
                answer = opened
        with self._news:
            if answer is None:
                self._failed += 1
            else:
                self._answers.append(answer)
            self._news.notify_all()

    def served(self, seconds: float) -> bool:
        """Wait until one of them hears something; False where nobody ever does."""
        with self._news:
            self._news.wait_for(lambda: self._answers or self._failed == len(self._threads), seconds)
            return bool(self._answers)

    def leave(self) -> None:
        """All of them go at once."""
        self._transport.close()

    def wait(self) -> None:
        """Wait until nobody is there any more."""
        for thread in self._threads:
            thread.join(self._endpoint.timeout)


def leaving(endpoint: Endpoint) -> Found:
    """Whether a server is free again when those who kept it busy have left."""
    idle = min(_short(endpoint, endpoint.timeout) or endpoint.timeout for _ in range(2))
    moment = max(endpoint.moment, 5 * idle)
    most = STREAMS * LONG
    endpoint.purse.take(most)
    crowd = Crowd(endpoint, STREAMS)
    try:
        if not crowd.served(endpoint.timeout):
            return unclear("no stream began")
        waited = _short(endpoint, moment)
        crowd.leave()
        if waited is not None:
            return unclear(f"{STREAMS} streams keep nobody waiting: {waited:.2f} s, and {idle:.2f} s without them")
        after = _short(endpoint, endpoint.timeout)
    finally:
        crowd.leave()
        crowd.wait()
        endpoint.purse.settle(most, None, most // 2)
    busy = f"{STREAMS} streams kept a request waiting for more than {moment:.2f} s"
    if after is None or after > 2 * moment:
        return broken(
            f"{busy}; when they were left, the next waited for {'ever' if after is None else f'{after:.2f} s'}"
        )
    return (honoured if after <= moment else unclear)(f"{busy}; when they were left, the next took {after:.2f} s")


def _short(endpoint: Endpoint, seconds: float) -> float | None:
    """How long a request takes that asks for next to nothing; None where that is longer than so many seconds."""
    begun = time.monotonic()
    body = encode(endpoint.body(HELLO, 1))
    endpoint.purse.take(len(body) // 3 + 1)
    try:
        answer = endpoint.open("POST", endpoint.path, body, seconds=seconds)
        answer.whole(begun + seconds, 1 << 20)
    except NoAnswer as failure:
        if failure.kind != "timeout":
            raise Settled(broken(failure.detail)) from None
        return None
    finally:
        endpoint.purse.settle(len(body) // 3 + 1, None, len(body) // 3 + 1)
    return time.monotonic() - begun


CHECKS = (Check("leaving", "cancellation", leaving),)
