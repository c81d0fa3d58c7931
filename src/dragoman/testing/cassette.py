"""A transport that records what another carries, or answers from a recording. Touches files and the clock."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self
from weakref import WeakSet

from dragoman.secret import masked_target
from dragoman.testing.matching import difference, without
from dragoman.testing.playing import Asynchronous, AsyncPlayedAnswer, PlayedAnswer
from dragoman.testing.recording import AsyncRecordedAnswer, RecordedAnswer, Take
from dragoman.testing.redact import Redaction, credentials_around, credentials_in
from dragoman.testing.tape import CassetteError, Exchange, masked, read, told, write
from dragoman.transport import NoAnswer

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from types import TracebackType

    from dragoman.testing.play import Played
    from dragoman.testing.tape import Told
    from dragoman.transport import Answer, AsyncAnswer, AsyncTransport, Outgoing, Transport

Mode = Literal["replay", "record", "once"]
"""replay: answer from the file, ask nobody. record: ask, write the file anew. once: record where there is no file."""


class Cassette:
    """A recording of what a server answered.

    It is the `transport` of a `Dragoman`; that of an `AsyncDragoman` is its `asynchronous`. Use it in a `with`: left in
    good order, a cassette that records is written, whole; one that replays is checked to be used up. Left by an
    exception, it changes no file.

    A recorded exchange answers one request that equals its own in method, path, query and body. Of a request nothing
    else is kept; credentials are kept of neither side: what headers, query and environment hold under the names of
    credentials is masked wherever it appears, and cookies are left out.

    Args:
        path: the file, `….jsonl` by custom.
        mode: see `Mode`.
        transport: carries what is recorded; default our own HTTP/1.1.
        asynchronous: the same, for an asynchronous client; default that of `transport`, where it has one, as a
            `Script` has.
        ignore: fields of the JSON body that may differ: `("seed", "metadata.id")`.
        secrets: more values to mask.
        timed: whether the pieces of an answer take the time they took.

    Raises:
        CassetteError: the recording to replay is not there, or cannot be read.
    """

    def __init__(  # noqa: PLR0913 - each is one independent choice, with a default
        self,
        path: str | os.PathLike[str],
        *,
        mode: Mode = "replay",
        transport: Transport | None = None,
        asynchronous: AsyncTransport | None = None,
        ignore: Iterable[str] = (),
        secrets: Iterable[str] = (),
        timed: bool = False,
    ) -> None:
        self._path = Path(path)
        self._ignore = tuple(ignore)
        self._timed = timed
        self._secrets = {*secrets, *credentials_around()}
        self._inner = transport
        self._inner_asynchronous: AsyncTransport | None = asynchronous or getattr(transport, "asynchronous", None)
        self._given = transport is not None or asynchronous is not None
        self._owned: list[Transport | AsyncTransport] = []
        self._turn = threading.Lock()
        self._unmatched: str | None = None
        self._playing: WeakSet[PlayedAnswer | AsyncPlayedAnswer] = WeakSet()
        self.recording = mode == "record" or (mode == "once" and not self._path.exists())
        """Whether it asks and records."""
        self._exchanges = [] if self.recording else read(self._path)
        self._left = list(self._exchanges)

    @property
    def asynchronous(self) -> AsyncTransport:
        """The same cassette as the transport of an `AsyncDragoman`."""
        return Asynchronous(self)

    def send(self, request: Outgoing, until: float) -> Answer:
        """Answer as recorded, or record; see `dragoman.transport.Transport.send`.

        Raises:
            CassetteError: there is no such request in the recording; the message shows what differs.
        """
        if not self.recording:
            answer = PlayedAnswer(self._replayed(request), timed=self._timed)
            self._keep(answer)
            answer.begin(until)
            return answer
        take = self._begin(request)
        try:
            received = self._blocking().send(request, until)
        except NoAnswer as why:
            take.lost(why)
            raise
        return RecordedAnswer(received, take)

    async def asend(self, request: Outgoing, until: float) -> AsyncAnswer:
        """As `send`, for an asynchronous client."""
        if not self.recording:
            answer = AsyncPlayedAnswer(self._replayed(request), timed=self._timed)
            self._keep(answer)
            await answer.begin(until)
            return answer
        take = self._begin(request)
        try:
            received = await self._waiting().send(request, until)
        except NoAnswer as why:
            take.lost(why)
            raise
        return AsyncRecordedAnswer(received, take)

    def _keep(self, answer: PlayedAnswer | AsyncPlayedAnswer) -> None:
        with self._turn:
            self._playing.add(answer)

    def _replayed(self, request: Outgoing) -> Played:
        """What was recorded for a request; each exchange answers once."""
        redaction = Redaction(self._secrets | credentials_in(request.url, (*request.headers, *request.own)))
        sent = told(request.method, masked_target(request.url), request.body)
        asked = without(masked(sent, redaction), self._ignore)
        with self._turn:
            for exchange in self._left:
                if without(exchange.told, self._ignore) == asked:
                    self._left.remove(exchange)
                    return exchange.played(timed=self._timed)
            known = [without(exchange.told, self._ignore) for exchange in self._left]
            used = any(without(exchange.told, self._ignore) == asked for exchange in self._exchanges)
            self._unmatched = self._explained(asked, known, used=used)
            raise CassetteError(self._unmatched)

    def _explained(self, asked: Told, known: list[Told], *, used: bool) -> str:
        what = f"{asked.method} {asked.target} is not in {self._path}"
        if used:
            return f"{what} as often as it was asked: each recorded exchange answers once; record it again"
        return f"{what}; record it again, or see what changed:\n{difference(asked, known)}"

    def _begin(self, request: Outgoing) -> Take:
        with self._turn:
            self._secrets |= credentials_in(request.url, (*request.headers, *request.own))
            exchange = Exchange(told(request.method, masked_target(request.url), request.body))
            self._exchanges.append(exchange)
        return Take(exchange)

    def check(self) -> None:
        """See that a recording that is replayed was used up, and held all that was asked.

        Raises:
            CassetteError: it was not so.
        """
        if self._unmatched is not None:
            raise CassetteError(self._unmatched)
        if self._left and not self.recording:
            shown = ", ".join(f"{one.told.method} {one.told.target}" for one in self._left)
            raise CassetteError(f"{len(self._left)} of the exchanges in {self._path} were not asked for: {shown}")

    def save(self) -> None:
        """Write what was recorded: the whole file, or no change to what there is; nothing where it replays.

        Raises:
            CassetteError: a stream spells a credential out over several chunks; nothing was written.
        """
        if self.recording:
            write(self._path, self._exchanges, Redaction(self._secrets))

    def close(self) -> None:
        """Leave the answers that are being read, and close the connections that were made to record."""
        with self._turn:
            playing = list(self._playing)
        for answer in playing:
            answer.close()
        for transport in self._owned:
            transport.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it; save or check it, where no exception is under way."""
        self.close()
        if kind is None:
            self.check()
            self.save()

    def __repr__(self) -> str:
        """Which file, and what it does with it."""
        return f"Cassette({str(self._path)!r}, {'recording' if self.recording else 'replaying'})"

    def _refuse_the_network(self, missing: str) -> None:
        """Whoever named what is to be asked did not mean a server."""
        if self._given:
            raise CassetteError(f"{self!r} was given a transport for clients of the other colour: give {missing} too")

    def _blocking(self) -> Transport:
        with self._turn:
            if self._inner is None:
                self._refuse_the_network("transport")
                # Imported here because a cassette that replays needs no network.
                from dragoman.transport.blocking import BlockingTransport  # noqa: PLC0415

                self._inner = BlockingTransport()
                self._owned.append(self._inner)
            return self._inner

    def _waiting(self) -> AsyncTransport:
        with self._turn:
            if self._inner_asynchronous is None:
                self._refuse_the_network("asynchronous")
                # Imported here because a cassette that replays needs no network.
                from dragoman.transport.aio import AsyncioTransport  # noqa: PLC0415

                self._inner_asynchronous = AsyncioTransport()
                self._owned.append(self._inner_asynchronous)
            return self._inner_asynchronous
