"""The clients: `OpenAI` and its asynchronous twin. Shells: they hold no decisions."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from dragoman.call.settings import placed
from dragoman.openai.caller import AsyncCaller, Caller
from dragoman.openai.carry import async_transport, transport
from dragoman.openai.completions import AsyncCompletions, Completions
from dragoman.openai.config import configured, organization_of, project_of
from dragoman.openai.limits import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT
from dragoman.openai.omitted import is_given, not_given

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from dragoman.openai.config import Config, Headers, Key
    from dragoman.openai.embeddings import AsyncEmbeddings, Embeddings
    from dragoman.openai.models import AsyncModels, Models
    from dragoman.openai.raw_client import AsyncRawChat, AsyncRawClient, RawChat, RawClient

_ELSEWHERE = frozenset({
    "admin", "audio", "batches", "completions", "containers", "content_provenance_checks", "conversations",
    "decisions", "evals", "files", "fine_tuning", "images", "live", "moderations", "realtime", "responses", "safety",
    "skills", "uploads", "vector_stores", "videos", "webhooks", "with_streaming_response",
})  # fmt: skip
"""What the original's clients have beside these."""

_FIXED = frozenset({
    "api_key", "base_url", "organization", "project", "timeout", "max_retries", "default_headers", "default_query",
})  # fmt: skip
"""What a client is made with, and keeps."""


def _keeps(name: str, value: object) -> bool:
    """Whether an argument of a copy changes nothing, as in the original. No time-out is a change, and so is no key."""
    return name not in {"timeout", "max_retries"} if value is None else value == "" and name != "api_key"


class _Client:
    """What both colours know: how they were made.

    Attributes:
        organization: sent with every request.
        project: sent with every request.
        max_retries: how often a failed call is tried again.
        timeout: the limits in time, as they were given.
    """

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given
        self.organization = organization_of(given["organization"])
        self.project = project_of(given["project"])
        self.max_retries: int = given["max_retries"]
        self.timeout: Any = given["timeout"] if is_given(given["timeout"]) else DEFAULT_TIMEOUT
        self._config: Config = configured(
            **{name: given[name] for name in ("api_key", "base_url", "default_headers", "default_query")},
            organization=self.organization,
            project=self.project,
            timeout=self.timeout,
            max_retries=self.max_retries,
        )

    @property
    def base_url(self) -> str:
        """Where it calls, with a slash at the end."""
        return self._config.settings.base_url + "/"

    @property
    def api_key(self) -> str:
        """The credential; empty where there is none, or a function returns it."""
        key = self._config.settings.key
        return "" if callable(key) else key.reveal()

    @property
    def beta(self) -> Self:
        """Itself: `beta.chat.completions.parse` and `.stream` are where they have moved to since, and here too."""
        return self

    def _changed(self, changes: dict[str, Any], transport: object) -> dict[str, Any]:
        """The arguments of a copy; `set_default_…` replaces what `default_…` adds to."""
        changed = {name: value for name, value in changes.items() if is_given(value)}
        for name in ("default_headers", "default_query"):
            replaced, added = changed.pop(f"set_{name}", None), changed.pop(name, None)
            if replaced is not None and added is not None:
                raise ValueError(f"{name} and set_{name} are given: one adds to what the other replaces")
            before: Mapping[str, Any] = self._given[name] or {}
            changed[name] = replaced if replaced is not None else {**before, **(added or {})}
        unknown = changed.keys() - self._given.keys()
        if unknown:
            raise TypeError(f"a client has no {', '.join(sorted(unknown))}")
        changed = {name: value for name, value in changed.items() if not _keeps(name, value)}
        return {**self._standing(changed.get("base_url"), transport), **changed}

    def _standing(self, moved_to: object, transport: object) -> dict[str, Any]:
        """The arguments that a copy keeps; what the environment said when this client was made is among them."""
        kept = {**self._given, "organization": self.organization, "project": self.project}
        if moved_to is None:
            kept |= {"base_url": self._config.address, "api_key": kept["api_key"] or self.api_key or kept["api_key"]}
        # The network does not reach the model on this machine, nor that the network.
        alike = moved_to is None or placed(str(moved_to)).weights == self._config.settings.engine
        if alike or kept["http_client"] is not None:
            kept["http_client"] = transport
        return kept

    def __repr__(self) -> str:
        """Where it points; never the credential."""
        return f"{type(self).__name__}({self.base_url!r})"

    if not TYPE_CHECKING:
        # Hidden from type checkers, which then say the same of any name.
        def __setattr__(self, name: str, value: object) -> None:
            """Refuse what would change nothing: the next call goes by what the client was made with."""
            if name in _FIXED and "_config" in self.__dict__:
                raise AttributeError(
                    f"a client keeps its {name}: with_options({name}=…) makes another over the same connections"
                )
            super().__setattr__(name, value)

        def __getattr__(self, name: str) -> object:
            """Say what this face covers, where the original has more."""
            if name in _ELSEWHERE:
                raise AttributeError(
                    f"this face covers chat.completions, embeddings and models; {name!r} is not served here"
                )
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __reduce__(self) -> Any:  # noqa: ANN401 - it never returns
        """Refuse: open connections and credentials do not travel."""
        raise TypeError("a client cannot be pickled or copied: make one where it is needed")


class Chat:
    """Chat.

    Attributes:
        completions: chat completions.
    """

    def __init__(self, caller: Caller) -> None:
        self.completions = Completions(caller)

    @property
    def with_raw_response(self) -> RawChat:
        """The same, answered with the headers."""
        from dragoman.openai.raw_client import RawChat  # noqa: PLC0415 - most programs do without

        return RawChat(self)


class OpenAI(_Client):
    """A client of one endpoint of OpenAI's API. It may be shared by threads; close it, or use it in a `with`.

    Args:
        api_key: the credential, or a function that returns it, asked for each call. Default: `OPENAI_API_KEY`, for
            api.openai.com and the host of `OPENAI_BASE_URL`; `DRAGOMAN_API_KEY` for that of `DRAGOMAN_BASE_URL`.
        base_url: the endpoint's address up to and without `/chat/completions`. Default: `DRAGOMAN_BASE_URL`, then
            `OPENAI_BASE_URL`, then OpenAI. `"local"`, or a `.gguf` file, is a model on this machine.
        organization: sent as `OpenAI-Organization`; default `OPENAI_ORG_ID`.
        project: sent as `OpenAI-Project`; default `OPENAI_PROJECT_ID`.
        timeout: seconds for each attempt, a `Timeout`, None for no limit, or `dragoman.Timeouts`; default 600, and 5
            to connect.
        max_retries: how often a failed call is tried again.
        default_headers: sent with every request; `omit` leaves one out.
        default_query: put after every address.
        http_client: an httpx client of your own, or any `dragoman.transport.Transport`; it stays yours to close.

    Raises:
        OpenAIError: there is no credential for an address that wants one.
        InvalidRequestError: (a ValueError) an argument cannot be used.
    """

    def __init__(  # noqa: PLR0913 - the original's own
        self,
        *,
        api_key: Key = None,
        base_url: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        timeout: Any = not_given,  # noqa: ANN401 - see `dragoman.openai.limits`
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Headers | None = None,
        default_query: Mapping[str, Any] | None = None,
        http_client: Any = None,  # noqa: ANN401 - a Transport, or httpx's or httpx2's Client
    ) -> None:
        super().__init__({
            "api_key": api_key,
            "base_url": base_url,
            "organization": organization,
            "project": project,
            "timeout": timeout,
            "max_retries": max_retries,
            "default_headers": default_headers,
            "default_query": default_query,
            "http_client": http_client,
        })  # fmt: skip
        self._caller = Caller(self._config, transport(self._config.settings, http_client))

    @cached_property
    def chat(self) -> Chat:
        """Chat."""
        return Chat(self._caller)

    @cached_property
    def embeddings(self) -> Embeddings:
        """Texts to vectors."""
        from dragoman.openai.embeddings import Embeddings  # noqa: PLC0415 - most programs do without

        return Embeddings(self._caller)

    @cached_property
    def models(self) -> Models:
        """The models that the server offers."""
        from dragoman.openai.models import Models  # noqa: PLC0415 - most programs do without

        return Models(self._caller)

    @property
    def with_raw_response(self) -> RawClient:
        """All of it, answered with the headers."""
        from dragoman.openai.raw_client import RawClient  # noqa: PLC0415 - most programs do without

        return RawClient(self)

    def copy(self, **changes: Any) -> Self:  # noqa: ANN401 - as the constructor
        """A client with some arguments changed, over the same connections.

        Args:
            **changes: the constructor's; None leaves all but `timeout` as it is. `default_headers` and `default_query`
                add to those there are; `set_default_headers` and `set_default_query` replace them.
        """
        return type(self)(**self._changed(changes, self._caller.transport))

    with_options = copy

    def is_closed(self) -> bool:
        """Whether it was closed; over a client or transport that was given, whether that was."""
        return getattr(self._caller.transport, "closed", False) is True

    def close(self) -> None:
        """Close idle connections; a client or transport that was given stays its owner's."""
        if self._given["http_client"] is None:
            self._caller.transport.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


class AsyncChat:
    """Chat.

    Attributes:
        completions: chat completions.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self.completions = AsyncCompletions(caller)

    @property
    def with_raw_response(self) -> AsyncRawChat:
        """The same, answered with the headers."""
        from dragoman.openai.raw_client import AsyncRawChat  # noqa: PLC0415 - most programs do without

        return AsyncRawChat(self)


class AsyncOpenAI(_Client):
    """The asynchronous `OpenAI`: the same arguments, methods that are awaited.

    `api_key` may also be a function whose result is awaited. The client may be used by several event loops, one after
    the other or at once.

    Raises:
        OpenAIError: there is no credential for an address that wants one.
        InvalidRequestError: (a ValueError) an argument cannot be used.
    """

    def __init__(  # noqa: PLR0913 - the original's own
        self,
        *,
        api_key: Key = None,
        base_url: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        timeout: Any = not_given,  # noqa: ANN401 - see `dragoman.openai.limits`
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Headers | None = None,
        default_query: Mapping[str, Any] | None = None,
        http_client: Any = None,  # noqa: ANN401 - an AsyncTransport, or httpx's or httpx2's AsyncClient
    ) -> None:
        super().__init__({
            "api_key": api_key,
            "base_url": base_url,
            "organization": organization,
            "project": project,
            "timeout": timeout,
            "max_retries": max_retries,
            "default_headers": default_headers,
            "default_query": default_query,
            "http_client": http_client,
        })  # fmt: skip
        self._caller = AsyncCaller(self._config, async_transport(self._config.settings, http_client))

    @cached_property
    def chat(self) -> AsyncChat:
        """Chat."""
        return AsyncChat(self._caller)

    @cached_property
    def embeddings(self) -> AsyncEmbeddings:
        """Texts to vectors."""
        from dragoman.openai.embeddings import AsyncEmbeddings  # noqa: PLC0415 - most programs do without

        return AsyncEmbeddings(self._caller)

    @cached_property
    def models(self) -> AsyncModels:
        """The models that the server offers."""
        from dragoman.openai.models import AsyncModels  # noqa: PLC0415 - most programs do without

        return AsyncModels(self._caller)

    @property
    def with_raw_response(self) -> AsyncRawClient:
        """All of it, answered with the headers."""
        from dragoman.openai.raw_client import AsyncRawClient  # noqa: PLC0415 - most programs do without

        return AsyncRawClient(self)

    def copy(self, **changes: Any) -> Self:  # noqa: ANN401 - as the constructor
        """A client with some arguments changed, over the same connections: see `OpenAI.copy`."""
        return type(self)(**self._changed(changes, self._caller.transport))

    with_options = copy

    def is_closed(self) -> bool:
        """Whether it was closed; over a client or transport that was given, whether that was."""
        return getattr(self._caller.transport, "closed", False) is True

    async def close(self) -> None:
        """Close idle connections; a client or transport that was given stays its owner's."""
        if self._given["http_client"] is None:
            self._caller.transport.close()

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()


Client = OpenAI
"""The same, under the original's other name."""

AsyncClient = AsyncOpenAI
"""The same, under the original's other name."""
