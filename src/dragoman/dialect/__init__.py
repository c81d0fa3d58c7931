"""How vendors spell a request: a table read both ways. No I/O.

The client speaks a row (our words to the vendor's), the gateway hears it (the vendor's to ours). A row holds data
only: names, addresses, what ends a stream. A vendor that needs behaviour does not get a row with a function in it;
it gets a module of its own.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct


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
    """

    name: str
    base_url: str = ""
    credential: str = ""
    renames: tuple[tuple[str, str], ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    done: bool = False
    usage: bool = True

    def speak(self, request: dict[str, Any]) -> dict[str, Any]:
        """Spell a request the vendor's way; fields the row does not name stay as they are."""
        return _respell(request, self.renames, self.choices)

    def hear(self, request: dict[str, Any]) -> dict[str, Any]:
        """Spell a vendor's request our way; fields the row does not name stay as they are."""
        renames = tuple((theirs, ours) for ours, theirs in self.renames)
        return _respell(request, renames, tuple((theirs, ours) for ours, theirs in self.choices))


def _respell(
    request: dict[str, Any], renames: tuple[tuple[str, str], ...], choices: tuple[tuple[str, str], ...]
) -> dict[str, Any]:
    if not renames and not choices:
        return request
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
