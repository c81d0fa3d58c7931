"""How vendors spell a request: a table read both ways. No I/O.

The client speaks a row (our words to the vendor's), the gateway hears it (the vendor's to ours). A row holds data
only: names, addresses, what ends a stream. A vendor that needs behaviour does not get a row with a function in it;
it gets a module of its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal
from urllib.parse import quote, urlencode

from msgspec import Struct
from msgspec.structs import force_setattr

ANTHROPIC = "anthropic"
"""The request's field that says it holds what is for Anthropic's Messages API alone: see `dragoman.dialect.private`."""

RESPONSES = "responses"
"""The same for OpenAI's Responses API."""


class Continuation(Struct, frozen=True, kw_only=True):
    """How a server is asked to go on from the beginning of an answer, which is the last message, an assistant's.

    Attributes:
        message: what that message holds besides.
        request: what the request holds besides.
        echoes: whether the answer begins with that beginning once more.
        trims: whether the beginning must not end in white space; the answer then has to begin with it.
        models: how the names of the models begin that can go on; empty where all can.
        base_url: the address where it is asked so, where that is another than for all else.
    """

    message: tuple[tuple[str, bool], ...] = ()
    request: tuple[tuple[str, bool], ...] = ()
    echoes: bool = False
    trims: bool = False
    models: tuple[str, ...] = ()
    base_url: str = ""

    def can(self, model: str) -> bool:
        """Whether a model can go on."""
        return not self.models or model.startswith(self.models)

    def of(self, request: dict[str, Any], beginning: str) -> dict[str, Any]:
        """The request for the rest of an answer that began so."""
        said = beginning.rstrip() if self.trims else beginning
        last = {"role": "assistant", "content": said} | dict(self.message)
        return request | dict(self.request) | {"messages": [*request["messages"], last]}

    def echo(self, beginning: str) -> str:
        """What of a beginning the answer begins with once more."""
        if self.echoes:
            return beginning
        return beginning[len(beginning.rstrip()) :] if self.trims else ""


class Dialect(Struct, frozen=True, kw_only=True):
    """One vendor's spelling.

    Attributes:
        name: what the row is called.
        base_url: the vendor's address; empty where it has none of its own.
        credential: the environment variable its key is read from, and sent to no other host than `base_url`'s.
        renames: pairs of our name and the vendor's for a request's field.
        choices: pairs of our word and the vendor's for `tool_choice`.
        done: whether the vendor ends every stream with `[DONE]`, so that a stream without it was cut.
        usage: whether the vendor takes `stream_options.include_usage`.
        vendor: whose it is, by the name of another row; empty where it is its own.
        api: what it speaks: `chat` completions, Anthropic's `messages` (`dragoman.dialect.anthropic`), or OpenAI's
            `responses` (`dragoman.dialect.responses`).
        key_header: the header its key travels in; empty for `Authorization: Bearer`.
        headers: what every request to it carries besides.
        path: where it is asked for a chat completion, from its address on; `{model}` is the model's name.
        query: what follows the path of every request.
        lacks: fields of a request that it is known to refuse, or to take no notice of.
        message_lacks: the same for fields of a message.
        instead: pairs of a field it does not take and the field that says the same there.
        roles: pairs of a role it does not know and the one that stands for it there.
        continues: how it goes on from the beginning of an answer; None where that is not documented.
        plain: whether its requests are spelled as ours, and all asked for at `path`; known from the above.
    """

    name: str
    vendor: str = ""
    base_url: str = ""
    credential: str = ""
    renames: tuple[tuple[str, str], ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    done: bool = False
    usage: bool = True
    api: Literal["chat", "messages", "responses"] = "chat"
    key_header: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    path: str = "/chat/completions"
    query: tuple[tuple[str, str], ...] = ()
    lacks: frozenset[str] = frozenset()
    message_lacks: frozenset[str] = frozenset()
    instead: tuple[tuple[str, str], ...] = ()
    roles: tuple[tuple[str, str], ...] = ()
    continues: Continuation | None = None
    plain: bool = True

    @property
    def owner(self) -> str:
        """Whose models it serves: by that name they are priced."""
        return self.vendor or self.name

    def __post_init__(self) -> None:
        """Look once at what each request depends on."""
        force_setattr(self, "plain", not (self.renames or self.choices or self.query or "{" in self.path))

    def target(self, model: str) -> str:
        """Where a chat completion of a model is asked for, from the vendor's address on."""
        path = self.path.replace("{model}", quote(model, safe="", errors="replace")) if "{" in self.path else self.path
        return f"{path}?{urlencode(self.query)}" if self.query else path

    def speak(self, request: dict[str, Any]) -> dict[str, Any]:
        """Spell a request the vendor's way; fields the row does not name stay as they are."""
        if ANTHROPIC in request or RESPONSES in request:
            # Imported here because most requests are heard in chat's words.
            from dragoman.dialect.private import public  # noqa: PLC0415

            request = public(request)
        if not self.renames and not self.choices:
            return request
        return _respell(request, self.renames, self.choices)

    def hear(self, request: dict[str, Any]) -> dict[str, Any]:
        """Spell a vendor's request our way; fields the row does not name stay as they are."""
        renames, choices = _turned(self.renames), _turned(self.choices)
        if renames.keys().isdisjoint(request) and "tool_choice" not in request:
            return request
        return _respell(request, tuple(renames.items()), tuple(choices.items()))


@lru_cache(64)
def _turned(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """What is ours by what is theirs."""
    return {theirs: ours for ours, theirs in pairs}


def _respell(
    request: dict[str, Any], renames: tuple[tuple[str, str], ...], choices: tuple[tuple[str, str], ...]
) -> dict[str, Any]:
    names = dict(renames)
    words = dict(choices)
    spelled: dict[str, Any] = {}
    for name, value in request.items():
        known = names.get(name, name)
        # Written both ways, what says something counts: SDKs send null for whatever their caller left out.
        if spelled.get(known) is None:
            spelled[known] = value
    choice = spelled.get("tool_choice")
    if isinstance(choice, str) and choice in words:
        spelled["tool_choice"] = words[choice]
    return spelled
