"""The table of what can be asked of the gateway: path, method, who may. No I/O.

Whether a caller may do something is decided by the entry that a request was matched to, never by the text of its URL:
two ways to write a path come to the same entry or to none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from dragoman.gateway.keys.identity import Identity
    from dragoman.gateway.tongue import Tongue
    from dragoman.gateway.visit import Visit

Who = Literal["anyone", "caller", "observer", "admin"]
"""Who may use an endpoint.

anyone: no key is looked at · caller: who has a key, or everybody where no keys are asked for · observer: an admin, or
everybody where no keys are asked for and nobody is an admin · admin: who has the configuration's `admin_key`, or a key
of the role `admin`.
"""


class Endpoint(NamedTuple):
    """One thing that can be asked.

    Attributes:
        method: GET answers HEAD too.
        path: `{name}` stands for one segment of it, `{+name}` for the rest of it, slashes included (RFC 6570 §3.2.3);
            neither is ever empty, and a path has one of them at most.
        who: who may ask it.
        serve: answers it; the identity is that of nobody in particular where anyone may.
        tongue: the API in whose form refusals are told; None for the gateway's own, which is OpenAI's.
    """

    method: str
    path: str
    who: Who
    serve: Callable[[Visit, Identity], Awaitable[object]]
    tongue: Tongue | None = None


class Match(NamedTuple):
    """The endpoints of one path.

    Attributes:
        path: as the table writes it.
        methods: the endpoints, by method.
        named: what stands where the path has a name; empty where it has none.
    """

    path: str
    methods: dict[str, Endpoint]
    named: str = ""

    @property
    def tongue(self) -> Tongue | None:
        """The API that is spoken at this path, with whatever method."""
        return next(iter(self.methods.values())).tongue

    @property
    def who(self) -> Who:
        """Who may ask at this path, with whatever method."""
        return next(iter(self.methods.values())).who


class _Open(NamedTuple):
    """A path with a name in it."""

    before: str
    after: str
    slashes: bool
    match: Match


class Endpoints:
    """All of them.

    Args:
        table: the endpoints; of two paths that fit, the one that comes first counts, but one without names before all.
    """

    def __init__(self, table: Iterable[Endpoint]) -> None:
        self.all = tuple(table)
        self._fixed: dict[str, Match] = {}
        self._open: list[_Open] = []
        known: dict[str, Match] = {}
        for endpoint in self.all:
            path = endpoint.path
            match = known.get(path)
            if match is None:
                match = known[path] = Match(path, {})
                before, brace, rest = path.partition("{")
                if brace:
                    name, _, after = rest.partition("}")
                    self._open.append(_Open(before, after, name.startswith("+"), match))
                else:
                    self._fixed[path] = match
            match.methods[endpoint.method] = endpoint

    @property
    def paths(self) -> tuple[str, ...]:
        """Each path once, as the table writes it."""
        return tuple(dict.fromkeys(endpoint.path for endpoint in self.all))

    def find(self, path: str) -> Match | None:
        """The endpoints of a path that was asked for; None where there are none."""
        fixed = self._fixed.get(path)
        return self._find_open(path) if fixed is None else fixed

    def above(self, path: str) -> Match | None:
        """The endpoints of the nearest path above one that is not here; None where there are none."""
        while path:
            path = path.rpartition("/")[0]
            if path in self._fixed:
                return self._fixed[path]
        return None

    def _find_open(self, path: str) -> Match | None:
        for before, after, slashes, match in self._open:
            if path.startswith(before) and path.endswith(after):
                named = path[len(before) : len(path) - len(after)]
                if named and (slashes or "/" not in named):
                    return match._replace(named=named)
        return None
