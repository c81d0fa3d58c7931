"""What a client was made with: addresses, credentials, headers, limits. No I/O but the environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode, urlsplit

from msgspec.structs import replace

from dragoman.call.settings import Settings, ambient_url, settings_for
from dragoman.errors import InvalidRequestError
from dragoman.openai.errors import OpenAIError
from dragoman.openai.limits import PATIENCE, limits
from dragoman.openai.omitted import Omit, given, is_omitted
from dragoman.retry import Retry
from dragoman.secret import Secret, names_credential

if TYPE_CHECKING:
    from dragoman.openai.calls import Query

OPENAI_URL = "https://api.openai.com/v1"
"""Where a client calls that is told no address."""

Key = str | Callable[[], Any] | None
"""A credential, or what returns one: an awaitable of one, for the asynchronous client."""

Headers = Mapping[str, str | Omit]
"""Headers to send; `omit` leaves one out that would be."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a client was made with.

    Attributes:
        address: where it calls, as it was named.
        settings: address, credential, headers and policies.
        query: put after every address.
        omitted: headers that are not sent, in lower case.
        ask_key: what returns the credential, where it may have to be awaited.
    """

    address: str
    settings: Settings
    query: Mapping[str, Any]
    omitted: frozenset[str]
    ask_key: Callable[[], Any] | None

    def __repr__(self) -> str:
        """Where it points; never the credential."""
        return f"Config({self.settings.base_url!r})"


def configured(  # noqa: PLR0913 - what a client is made with
    *,
    api_key: Key,
    base_url: str | None,
    organization: str | None,
    project: str | None,
    timeout: Any,  # noqa: ANN401 - see `limits`
    max_retries: int,
    default_headers: Headers | None,
    default_query: Query | None,
) -> Config:
    """What a client's arguments, and the environment for those not given, mean.

    Raises:
        OpenAIError: there is no credential for an address that wants one.
        InvalidRequestError: (a ValueError) an argument cannot be used.
    """
    own = {"OpenAI-Organization": organization, "OpenAI-Project": project}
    # An address may also be an httpx.URL.
    address = str(base_url or ambient_url() or _environ("OPENAI_BASE_URL") or OPENAI_URL)
    named: dict[str, Any] = {name: value for name, value in own.items() if value}
    headers = named | _ambient_headers(address) | dict(default_headers or {})
    settings = settings_for(
        address,
        api_key=api_key,
        model="",
        timeout=limits(timeout),
        retries=Retry(times=_counted(max_retries), patience=PATIENCE),
        headers=given(headers),
    )
    own_way = "authorization" in {name.lower() for name in headers}
    if api_key is None and not own_way and isinstance(settings.key, Secret) and not settings.key:
        settings = replace(settings, key=_ambient_key(settings))
    omitted = frozenset(name.lower() for name, value in headers.items() if is_omitted(value))
    return Config(address, settings, given(default_query or {}), omitted, api_key if callable(api_key) else None)


def _counted(max_retries: Any) -> int:  # noqa: ANN401 - what programs pass
    if not isinstance(max_retries, int) or max_retries < 0:
        raise TypeError(f"max_retries is a whole number from 0, not {max_retries!r}: 0 is never, a large one is long")
    return max_retries


def _ambient_key(settings: Settings) -> Secret:
    """The credential for an address that none was given for, and that has none of its own in the environment.

    `OPENAI_API_KEY` goes to OpenAI, and to the address that stands beside it in `OPENAI_BASE_URL`: to no other host.
    """
    url, key = settings.base_url, _environ("OPENAI_API_KEY")
    if settings.engine is not None or _is_at(url, ambient_url()):
        return Secret("")
    if _is_at(url, _environ("OPENAI_BASE_URL")):
        return Secret(key)
    if _is_at(url, OPENAI_URL):
        raise OpenAIError("Missing credentials: pass api_key, or set OPENAI_API_KEY")
    if key and urlsplit(url).hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise OpenAIError(
            f"Missing credentials for {urlsplit(url).netloc}: OPENAI_API_KEY goes to api.openai.com and to the host "
            "of OPENAI_BASE_URL only; pass api_key to send it there, or api_key='' to send none"
        )
    return Secret("")


def _ambient_headers(address: str) -> dict[str, str]:
    """The headers of `OPENAI_CUSTOM_HEADERS`, one a line; a credential among them goes where `OPENAI_API_KEY` does."""
    pairs = [line.partition(":") for line in os.environ.get("OPENAI_CUSTOM_HEADERS", "").split("\n")]
    found = {name.strip(): value.strip() for name, colon, value in pairs if colon}
    if _is_at(address, OPENAI_URL) or _is_at(address, _environ("OPENAI_BASE_URL")):
        return found
    return {name: value for name, value in found.items() if not names_credential(name)}


def _is_at(url: str, other: str | None) -> bool:
    return bool(other) and urlsplit(url).netloc == urlsplit(other).netloc


def _environ(name: str) -> str:
    return os.environ.get(name, "").strip()


def organization_of(named: str | None) -> str | None:
    """The organization to send: the one named, else `OPENAI_ORG_ID`."""
    return named if named is not None else os.environ.get("OPENAI_ORG_ID")


def project_of(named: str | None) -> str | None:
    """The project to send: the one named, else `OPENAI_PROJECT_ID`."""
    return named if named is not None else os.environ.get("OPENAI_PROJECT_ID")


def query_string(params: Mapping[str, Any]) -> str:
    """Parameters as the part of an address from its question mark on; empty where there are none.

    As the original writes them: `a[b]=1` for objects in objects, `a[]=1&a[]=2` for lists, nothing for None.
    """
    pairs = [pair for name, value in params.items() for pair in _pairs(name, value)]
    try:
        return f"?{urlencode(pairs)}" if pairs else ""
    except UnicodeEncodeError:
        raise InvalidRequestError("a query holds half of a surrogate pair", param="extra_query") from None


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - what programs pass
    if isinstance(value, Mapping):
        inner = cast("Mapping[str, Any]", value)
        return [pair for key, item in inner.items() for pair in _pairs(f"{name}[{key}]", item)]
    if isinstance(value, list | tuple):
        items = cast("list[Any]", value)
        return [pair for item in items for pair in _pairs(f"{name}[]", item)]
    if value is None:
        return []
    return [(name, str(value).lower() if isinstance(value, bool) else str(value))]
