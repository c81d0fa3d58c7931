"""The endpoint that is looked at: sends what a check asks, counts tokens, remembers answers. I/O through a transport.

Bodies go out as they are written here, in OpenAI's words: what is looked at is the endpoint, not what our dialects make
of it.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import msgspec

from dragoman.call import encode
from dragoman.exchange import WHOLE_BOUND
from dragoman.probe.answer import OK, Streamed, Whole, declined, dig, number
from dragoman.probe.finding import Settled, unclear
from dragoman.retry import asked_pause
from dragoman.secret import Secret
from dragoman.transport import NoAnswer, Outgoing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.call.settings import Settings
    from dragoman.probe.purse import Purse
    from dragoman.transport import Answer, Transport

Prompt = str | list[dict[str, Any]]
"""What a user says, or a whole conversation."""

LENGTH = 12
"""Tokens of an answer where a check needs no other number."""

LIMITED = 429
WAITS = 2
"""How often a request is sent again that was one too many."""

LONGEST_STREAM = 1 << 22
"""Bytes of a streamed answer: no check asks for a thousandth of them, and a server may go on for ever."""

LONGEST_WAIT = 20.0
"""Seconds; a server that asks for more is not waited for."""


class Endpoint:
    """An endpoint, for several threads at once.

    Args:
        settings: where it is, and the credential.
        transport: what carries the requests; it belongs to the caller.
        purse: the tokens that may be used.
        model: the model to ask.
        timeout: seconds for one request.
        moment: seconds that a request which asks for next to nothing may take on a server that is not busy.

    Attributes:
        cold: the fields that make an answer the likeliest one, the same each time.
        cap: the field that the longest length is told in where a check does not look at that itself.
        last_id: the id of the last request that was answered.
        sent: how many requests went out.
    """

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        settings: Settings,
        transport: Transport,
        purse: Purse,
        *,
        model: str = "",
        timeout: float = 60.0,
        moment: float = 1.0,
    ) -> None:
        self.settings = settings
        self.transport = transport
        self.purse = purse
        self.model = model
        self.timeout = timeout
        self.moment = moment
        self.cold: dict[str, Any] = {"temperature": 0}
        self.cap = "max_tokens"
        self.last_id: str | None = None
        self.sent = 0
        self._lock = threading.Lock()
        self._known: dict[bytes, Whole] = {}
        self._streams: dict[bytes, Streamed] = {}

    @property
    def path(self) -> str:
        """Where completions are asked for, from the address on."""
        return self.settings.dialect.target(self.model)

    @property
    def keyed(self) -> bool:
        """Whether a credential is sent."""
        return bool(self._secret)

    def mask(self, text: str) -> str:
        """The text without the credential, which servers echo."""
        return self._secret.mask(text)

    @property
    def _secret(self) -> Secret:
        return self.settings.bound("post", self.path)[1]

    def body(self, prompt: Prompt, length: int = LENGTH, **fields: object) -> dict[str, Any]:
        """A request; a field that is None is sent as null."""
        messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt
        capped = {} if fields.keys() & {"max_tokens", "max_completion_tokens"} else {self.cap: length}
        return {"model": self.model, "messages": messages} | capped | fields

    def chat(self, prompt: Prompt, length: int = LENGTH, **fields: object) -> Whole:
        """Ask for a completion in one piece, and be answered.

        Raises:
            Settled: it was no completion, or the budget is used up.
            NoAnswer: there was none.
        """
        whole = self.post(self.body(prompt, length, **fields))
        found = declined(whole)
        if found is not None:
            raise Settled(found)
        return whole

    def known(self, prompt: Prompt, length: int = LENGTH, **fields: object) -> Whole:
        """As `chat`, but what was asked before is not asked again."""
        key = encode(self.body(prompt, length, **fields))
        if key not in self._known:
            self._known[key] = self.chat(prompt, length, **fields)
        self.last_id = self._known[key].request_id
        return self._known[key]

    def baseline(self, prompt: Prompt, length: int = LENGTH, **fields: object) -> Whole:
        """As `known`, for what a check compares with: that it is declined says nothing of what is looked at."""
        try:
            return self.known(prompt, length, **fields)
        except Settled as settled:
            raise Settled(unclear(f"nothing to compare with: {settled.found.evidence}")) from None

    def post(self, body: dict[str, Any], *, headers: Mapping[str, str] | None = None, patient: bool = True) -> Whole:
        """Send a request, whatever comes of it; raises as `send`.

        Args:
            body: the request.
            headers: beside the usual ones, or in place of them.
            patient: whether a request that was one too many is sent again when the server says.
        """
        data = encode(body)
        return self.send("POST", self.path, data, headers=headers, patient=patient, most=_most(body, data))

    def send(  # noqa: PLR0913 - what a request is made of
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        headers: Mapping[str, str] | None = None,
        patient: bool = True,
        most: int = 0,
    ) -> Whole:
        """Send any request, and read its answer to the end.

        Args:
            method: of HTTP.
            path: from the address on.
            body: as it is sent.
            headers: as in `post`.
            patient: as in `post`.
            most: the tokens that it may take, and takes where it is answered and does not say.

        Raises:
            Settled: the budget is used up, or the server takes no more requests.
            NoAnswer: there was no answer.
        """
        waits = WAITS
        while True:
            whole = self._whole(method, path, body, headers, most)
            if whole.status != LIMITED or not patient:
                return whole
            pause = asked_pause(whole.headers, time.time())
            if pause is None or pause > LONGEST_WAIT or not waits:
                raise Settled(unclear(f"the server takes no more requests for now: {whole.told}"))
            waits -= 1
            time.sleep(pause)

    def _whole(self, method: str, path: str, body: bytes, headers: Mapping[str, str] | None, most: int) -> Whole:
        self.purse.take(most)
        reported, spent = None, 0
        begun = time.monotonic()
        try:
            answer = self.open(method, path, body, headers)
            data = answer.whole(begun + self.timeout, WHOLE_BOUND)
            whole = Whole(answer.status, answer.headers, data, time.monotonic() - begun)
            if whole.status == OK:
                reported, spent = whole.count("total_tokens"), most
        finally:
            self.purse.settle(most, reported, spent)
        self.last_id = whole.request_id
        return whole

    def open(  # noqa: PLR0913 - what a request is made of
        self,
        method: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        seconds: float | None = None,
        transport: Transport | None = None,
    ) -> Answer:
        """Send any request; the answer's body has still to be read, or the answer to be closed.

        Args:
            method: of HTTP.
            path: from the address on.
            body: as it is sent.
            headers: beside the usual ones, or in place of them.
            seconds: how long its head may take; default the endpoint's timeout.
            transport: what carries it; default the endpoint's.
        """
        with self._lock:
            self.sent += 1
        url, _, shared = self.settings.bound("post", path, headers)
        request = Outgoing(method, url, shared, body, self.settings.timeouts.connect)
        until = time.monotonic() + (self.timeout if seconds is None else seconds)
        return (transport or self.transport).send(request, until)

    def stream(self, prompt: Prompt, length: int = LENGTH, **fields: object) -> Streamed:
        """Ask for a streamed completion, and read it to its end; what was asked before is not asked again.

        Raises:
            Settled: it was refused, or the budget is used up.
            NoAnswer: there was none.
        """
        body = self.body(prompt, length, **fields) | {"stream": True}
        key = encode(body)
        if key not in self._streams:
            self._streams[key] = self._stream(body, key)
        self.last_id = self._streams[key].request_id
        return self._streams[key]

    def _stream(self, body: dict[str, Any], data: bytes) -> Streamed:
        most = _most(body, data)
        self.purse.take(most)
        reported, spent = None, 0
        try:
            streamed = self._read(data)
            if streamed.status == OK:
                reported, spent = number(dig(streamed.usage, "total_tokens")), most
        finally:
            self.purse.settle(most, reported, spent)
        if streamed.status != OK:
            found = declined(Whole(streamed.status, streamed.headers, streamed.body, streamed.seconds))
            raise Settled(found or unclear(f"answered with status {streamed.status}"))
        return streamed

    def _read(self, data: bytes) -> Streamed:
        begun = time.monotonic()
        answer = self.open("POST", self.path, data, {"accept": "text/event-stream"})
        pieces: list[tuple[float, bytes]] = []
        cut, room = "", LONGEST_STREAM
        try:
            while piece := answer.read(begun + self.timeout):
                pieces.append((time.monotonic() - begun, piece))
                room -= len(piece)
                if room < 0:
                    cut = f"it went on after {LONGEST_STREAM} bytes"
                    break
        except NoAnswer as failure:
            # It may have gone on all the while: what ran out is the time for the whole of it.
            cut = f"it had no end after {self.timeout:g} s" if failure.kind == "timeout" else failure.detail
        finally:
            answer.close()
        streamed = Streamed(answer.status, answer.headers, pieces, time.monotonic() - begun, cut)
        self.last_id = streamed.request_id
        return streamed

    def keyed_with(self, key: str) -> dict[str, str]:
        """The headers that carry another credential than the endpoint's."""
        return dict(msgspec.structs.replace(self.settings, key=Secret(key)).bound("post", self.path)[2])


def _most(body: dict[str, Any], data: bytes) -> int:
    """The tokens that a request may take at most: three bytes to one of the prompt, and the longest length."""
    longest = number(body.get("max_completion_tokens")) or number(body.get("max_tokens")) or LENGTH
    return len(data) // 3 + longest * (number(body.get("n")) or 1)
