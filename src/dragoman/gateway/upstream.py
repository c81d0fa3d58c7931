"""Where chunks come from: the client's own core with an address, the model on this machine included.

An upstream has a lane for each of its credentials: the settings of a client, a circuit, nothing else.
"""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dragoman.call import body_call
from dragoman.call.settings import LOCAL, settings_for
from dragoman.candidates.breaker import Circuit
from dragoman.candidates.course import Stop
from dragoman.carry import async_transport
from dragoman.client import AsyncModels
from dragoman.cost.tier import tier_of
from dragoman.errors import DragomanError, ServerError, StatusError
from dragoman.exchange import complete, completed, fetch
from dragoman.gateway import counted, vectors
from dragoman.gateway.fit import fitted
from dragoman.retry import Retry
from dragoman.stream import adrive
from dragoman.stream.ask import aask
from dragoman.stream.followed import Followed
from dragoman.stream.opening import Opening
from dragoman.wire.embedding import read_embeddings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dragoman.call.settings import Key, Settings
    from dragoman.cost.tier import Tier
    from dragoman.dialect import Continuation
    from dragoman.exchange import Call, Timeouts
    from dragoman.gateway.fit import Policy
    from dragoman.gateway.tongue import Document, What
    from dragoman.transport import AsyncTransport
    from dragoman.wire.card import ModelCard, ModelList

FRESH = 5.0
"""Seconds for which one look at an upstream's health is believed."""

LOOK = 5.0
"""Seconds such a look may take."""

ONCE = Retry(times=0)
"""What an upstream's own client tries again: nothing, since who else may answer is decided above it."""

FADING = 60.0
"""Seconds in which what was measured loses two thirds of its weight: who was slow is asked again one day."""


class Lane:
    """One upstream, asked with one credential.

    Args:
        settings: those of a client that makes one attempt.
        transport: what carries its requests.
        credential: where the credential comes from, such as `env:OPENAI_API_KEY`; None where there is none.
    """

    def __init__(self, settings: Settings, transport: AsyncTransport, credential: str | None = None) -> None:
        self.circuit = Circuit()
        self.credential = credential
        self.models = AsyncModels(settings, transport)
        self._settings = settings
        self._transport = transport

    def call(self, body: dict[str, Any], timeouts: Timeouts, asks: What = "completion") -> Call:
        """What asks once; what the vendor's own API made necessary to change of the request is in its `changes`.

        Args:
            body: the request, fitted to it.
            timeouts: the limits in time.
            asks: what it asks for.

        Raises:
            InvalidRequestError: the vendor's API cannot say it.
            ConfigurationError: the credential is not where it should be.
        """
        if asks == "embeddings":
            return vectors.call(self._settings, body, timeouts)
        if asks == "count":
            return counted.call(self._settings, body, timeouts)
        return body_call(self._settings, body, None, timeout=timeouts)

    async def send(
        self,
        call: Call,
        asks: What = "completion",
        *,
        stream: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Document | Followed:
        """Send a call; a stream comes with its first content.

        Args:
            call: what `call` made.
            asks: what it asks for.
            stream: whether it asks for a stream.
            headers: what the request carries besides.

        Raises:
            APIError: it failed.
        """
        call = _carrying(call, headers)
        if asks == "embeddings":
            return await adrive(fetch(call, time, read_embeddings), self._transport)
        if asks == "count":
            return await adrive(fetch(call, time, counted.read_counted), self._transport)
        if stream:
            return await Opening(call, self._transport, Followed)
        return await aask(call, self._transport, completed, complete)


def _carrying(call: Call, headers: Mapping[str, str] | None) -> Call:
    """A call with more headers, of this request alone."""
    if not headers:
        return call
    return replace(call, request=replace(call.request, own=(*call.request.own, *headers.items())))


class Upstream:
    """One endpoint, or the model on this machine.

    Args:
        name: what it is called.
        settings: those of a client of it, one for each credential.
        credentials: where each credential comes from.
        policy: what becomes of parameters it is known not to take.
        continues: how it goes on from the beginning of an answer; None where it cannot.

    Attributes:
        busy: how many requests it is at work on.
    """

    def __init__(
        self,
        name: str,
        settings: Sequence[Settings],
        credentials: Sequence[str | None] = (None,),
        *,
        policy: Policy = "pass",
        continues: Continuation | None = None,
    ) -> None:
        self.name = name
        self.busy = 0
        self.continues = continues
        self._policy: Policy = policy
        self._settings = settings[0]
        self._transport = async_transport(settings[0])
        self._lanes = [Lane(each, self._transport, known) for each, known in zip(settings, credentials, strict=True)]
        self._turn = 0
        self._pace = 0.0
        self._paced_at = 0.0
        self._looked_at = -math.inf
        self._trouble: str | None = None
        self._looking = asyncio.Lock()

    @classmethod
    def at(cls, address: str | None, *, api_key: Key | None = None, name: str = "upstream") -> Upstream:
        """The one at an address; None for the embedded model, a path for weights of the user's own.

        Raises:
            InvalidRequestError: the address cannot be used.
        """
        made = settings_for(address or LOCAL, api_key=api_key, model="", timeout=None, retries=ONCE, headers=None)
        return cls(name, [made], continues=made.dialect.continues)

    @property
    def lanes(self) -> Sequence[Lane]:
        """One for each of its credentials."""
        return self._lanes

    @property
    def local(self) -> bool:
        """Whether it is a model on this machine."""
        return self._settings.engine is not None

    @property
    def counts(self) -> bool:
        """Whether it can say how many tokens a prompt has."""
        return self._settings.dialect.api == "messages"

    @property
    def timeouts(self) -> Timeouts:
        """Its limits in time."""
        return self._settings.timeouts

    @property
    def pace(self) -> float:
        """Seconds to a first token of late; 0 where nobody knows any more."""
        return self._pace * math.exp((self._paced_at - time.monotonic()) / FADING)

    def took(self, seconds: float) -> None:
        """Note how long a first token took; one that is slower than those of late counts in full at once."""
        now = time.monotonic()
        share = 1 - math.exp((self._paced_at - now) / FADING)
        self._pace = max(seconds, self._pace + (seconds - self._pace) * share)
        self._paced_at = now

    def stop(self, model: str) -> Stop[Lane]:
        """It as a candidate of a course; its credentials take turns."""
        self._turn = (self._turn + 1) % len(self._lanes)
        return Stop(self.name, model, [*self._lanes[self._turn :], *self._lanes[: self._turn]])

    def tier(self, body: dict[str, Any]) -> Tier:
        """The service tier that a request asks it for."""
        return tier_of(body, self._settings.dialect.api)

    def fit(self, body: dict[str, Any], asks: What = "completion") -> tuple[dict[str, Any], list[str]]:
        """A request that it can take, and what was changed.

        Raises:
            InvalidRequestError: it asks for what this upstream cannot do, and that is not to be left out.
        """
        if asks == "count":
            return counted.fitted(self._settings.dialect, body)
        fit = vectors.fitted if asks == "embeddings" else fitted
        return fit(self._settings.dialect, self._policy, body)

    async def models(self) -> ModelList:
        """What it offers. Raises as `AsyncModels.list`."""
        return await self._lanes[0].models.list()

    async def model(self, name: str) -> ModelCard:
        """One model it offers. Raises as `AsyncModels.retrieve`."""
        return await self._lanes[0].models.retrieve(name)

    async def warm(self) -> None:
        """Start the model, where it is on this machine: its first caller need not wait for it."""
        if self.local:
            await self.trouble()

    async def trouble(self) -> str | None:
        """Why it cannot answer now, in one sentence; None when it can."""
        async with self._looking:
            if time.monotonic() - self._looked_at >= FRESH or self._trouble is not None:
                self._trouble = await self._look()
                self._looked_at = time.monotonic()
            return self._trouble

    async def _look(self) -> str | None:
        try:
            await self._lanes[0].models.list(timeout=LOOK)
        except ServerError as error:
            return error.message
        except StatusError:
            # It answers; that it keeps its list to itself says nothing of its completions.
            return None
        except DragomanError as error:
            return str(error)
        return None

    def close(self) -> None:
        """Close its connections."""
        self._transport.close()
