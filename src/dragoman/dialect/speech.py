"""A chat request being said in another API's words: what it has no word for, and what is its own. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dragoman.dialect.private import formed, own_fields
from dragoman.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dragoman.dialect.spoken import Manner

Json = dict[str, Any]


class Words(NamedTuple):
    """What an API can say of chat's fields, and what it cannot.

    Attributes:
        api: the field of a chat request that holds what is for this API alone.
        name: what the API is called in a sentence.
        never: fields that ask for another kind of answer, and the values of each that don't: refused, whatever is
            declared.
        instead: what to do instead of asking for them so, where there is something.
        unsaid: fields that it has no word for, and the values of each that ask for nothing.
        hints: fields of the same kind that change how fast or how long an answer is, not what is asked: always dropped.
        own: fields that only this API knows: a chat request may hold them, and they go as they are.
        settled: fields of the API that chat's own decide: who may ask for what, and at which price, rests on them.
        spoken: fields of chat's that it has words for.
    """

    api: str
    name: str
    never: Mapping[str, tuple[Any, ...]]
    instead: Mapping[str, str]
    unsaid: Mapping[str, tuple[Any, ...]]
    hints: frozenset[str]
    own: frozenset[str]
    settled: frozenset[str]
    spoken: frozenset[str]


class Speech:
    """One request being said. It is left as it was.

    Args:
        request: the chat request, its form checked, of JSON's own types.
        manner: what is declared of the upstream.
        words: the API's.

    Attributes:
        request: as given, without nulls.
        private: what it holds for this API alone.
        policy: what becomes of a field that cannot be said.
        body: the request in the API's words, as far as it has been said.
        changes: what was changed on the way.

    Raises:
        InvalidRequestError: what is for this API alone is not of its kind.
    """

    def __init__(self, request: Json, manner: Manner, words: Words) -> None:
        self.request = {name: value for name, value in request.items() if value is not None}
        formed(self.request, words.api)
        self.private = own_fields(self.request, words.api, words.settled)
        self.policy = manner.parameters
        self.body: Json = {}
        self.changes: list[str] = []
        self._words = words

    def refuse(self) -> None:
        """Refuse, drop or pass on what the API has no word for, as is declared.

        Raises:
            InvalidRequestError: it asks for something of that kind.
        """
        words, request = self._words, self.request
        for name, harmless in words.never.items():
            if name in request and request[name] not in harmless:
                instead = words.instead.get(name, f"{words.name} answers once, in text and tool calls; leave it out")
                raise InvalidRequestError(f"{name}: {instead}", param=name)
        for name, harmless in words.unsaid.items():
            if name in request and request[name] not in harmless:
                self.unsaid(name, f"{words.name} has no such parameter")
        self.changes += [f"{name}: dropped" for name in sorted(words.hints.intersection(request))]

    def unsaid(self, name: str, why: str) -> None:
        """Do what is declared with a field that cannot be said."""
        if self.policy == "refuse":
            raise InvalidRequestError(f"{name}: {why}; leave it out", param=name)
        if self.policy == "pass":
            self.body[name] = self.request[name]
        else:
            self.changes.append(f"{name}: dropped")

    def rest(self) -> Iterator[tuple[str, Any]]:
        """The fields that are this API's own, and those that nobody here knows: what they say is said as it is."""
        words = self._words
        known = words.spoken.union(words.unsaid, words.never, words.hints)
        for name in sorted(self.request.keys() - known):
            if self.policy == "drop" and name not in words.own:
                self.changes.append(f"{name}: dropped")
            else:
                yield name, self.request[name]
        yield from self.private.items()
