"""A way to end one call from elsewhere: a token that is given to the call and kept. No I/O.

    from threading import Timer
    from dragoman import CallCancelledError, Cancellation, Dragoman

    cancel = Cancellation()
    Timer(0.5, cancel.cancel).start()           # or a button, a signal, a client that has gone
    with Dragoman() as client:
        try:
            client.chat.create(messages="Tell me a long story.", cancel=cancel)
        except CallCancelledError as error:
            print(error.attempts, error.spent)

Ending a call is no word about its client: other calls go on, on the same connections but for the call's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Cancellation:
    """Ends the calls it is given to as `cancel`: each raises `CallCancelledError` within a tenth of a second.

    It is used up when it has been cancelled: a call that is given it then ends before anything is sent.
    """

    __slots__ = ("_bells", "_cancelled")

    def __init__(self) -> None:
        self._cancelled = False
        # No lock: a signal may come while its own thread is in here, and each step is one that a thread does whole.
        self._bells: dict[object, Callable[[], object]] = {}

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._cancelled

    def cancel(self) -> None:
        """End the calls, whatever they wait for. From any thread, task or signal handler; may be called twice."""
        self._cancelled = True
        for bell in tuple(self._bells.values()):
            bell()

    def listen(self, bell: Callable[[], object]) -> object:
        """Have `bell` called by whoever cancels, at once where that has happened; what `forget` takes.

        It may be called twice, and by any thread.
        """
        place = object()
        self._bells[place] = bell
        if self._cancelled:
            bell()
        return place

    def forget(self, place: object) -> None:
        """Do not call a bell any more."""
        self._bells.pop(place, None)

    def __repr__(self) -> str:
        """Whether it is used up."""
        return f"<Cancellation, {'cancelled' if self._cancelled else 'not cancelled'}>"
