"""Who answers the calls of a client that has no address of its own: one of several in turn, or whom a model names.

A candidate is written `provider:model`, or as the address of a client: a provider's name, `https://…`, `local`, a path
of weights. A call's `model` of the first form, and `local`, choose whom to ask; one that names no provider we know,
such as Ollama's `llama3:8b`, is a model like any other. No I/O but the environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dragoman.call.kinds import check_model
from dragoman.call.settings import LOCAL, Settings, policy, settings_for, varied
from dragoman.candidates.breaker import Circuit
from dragoman.candidates.course import Stop
from dragoman.candidates.fallback import Fallback
from dragoman.dialect.table import named
from dragoman.errors import InvalidRequestError
from dragoman.secret import names_credential

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dragoman.call.settings import Key, Pairs
    from dragoman.candidates.course import Lane
    from dragoman.exchange import Call, Limiting, Timeouts
    from dragoman.retry import Retry

    Make = Callable[[Settings, Mapping[str, Any]], Call]


class Candidate:
    """One that may be asked.

    Args:
        name: as its client was told of it.
        settings: those of a client of it.

    Attributes:
        circuit: whether it may be asked now: it is left alone for a while when it fails again and again.
    """

    __slots__ = ("circuit", "name", "settings")

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self.settings = settings
        self.circuit = Circuit()

    def varied(self, options: Mapping[str, Any]) -> Candidate:
        """The same with other options; its circuit is the same one."""
        made = Candidate(self.name, varied(self.settings, **options))
        made.circuit = self.circuit
        return made


class Candidates:
    """The candidates of one client.

    Args:
        each: them, in the order in which they are asked.
        rounds: how often another attempt is made, and the pauses once all have been tried.
        headers: those that were given for all of them.
    """

    def __init__(self, each: Sequence[Candidate], rounds: Retry, headers: Pairs) -> None:
        self._each = tuple(each)
        self._rounds = rounds
        self._headers = headers
        self._chosen: dict[str, Settings] = {}

    @property
    def several(self) -> bool:
        """Whether there is more than one."""
        return len(self._each) > 1

    def call(self, make: Make, arguments: Mapping[str, Any], retries: int | Retry | None = None) -> Call:
        """The call that asks whom its model chooses, or else the candidates in turn.

        Args:
            make: makes the call of one, from its settings and a method's arguments.
            arguments: the method's.
            retries: how often, where the call says it.

        Raises:
            InvalidRequestError: none of them can be asked so.
            ConfigurationError: whom the model chooses wants a credential, and there is none.
        """
        wanted = arguments.get("model")
        chosen = split(wanted) if isinstance(wanted, str) else None
        if chosen is not None:
            place, model = chosen
            return make(self._settings_of(place), {**arguments, "model": model or LOCAL})
        if len(self._each) == 1:
            return make(self._each[0].settings, arguments)
        if wanted and all(each.settings.model for each in self._each):
            raise InvalidRequestError(
                f"every candidate has its model already, so {wanted!r} is for none of them; leave it out, or write "
                "provider:model to ask that one alone",
                param="model",
            )
        return self._in_turn(make, arguments, policy(retries, self._rounds))

    def varied(self, options: Mapping[str, Any]) -> Settings:
        """The settings of the same client with other options: those of `dragoman.call.settings.varied`.

        Raises:
            InvalidRequestError: one of them cannot be used, or is for one candidate where there are several.
        """
        if len(self._each) == 1:
            return self._alone(options)
        for name in ("api_key", "model"):
            if options.get(name) is not None:
                raise InvalidRequestError(f"several candidates have no {name} in common", param=name)
        each = [one.varied(options) for one in self._each]
        return replace(each[0].settings, party=self._alike(each, options))

    def _alone(self, options: Mapping[str, Any]) -> Settings:
        chosen = split(options.get("model") or "")
        place, model = chosen or (self._each[0].name, options.get("model"))
        home = self._settings_of(place) if chosen else self._each[0].settings
        asked: dict[str, Any] = {**options, "model": model}
        made = varied(home, **asked)
        return replace(made, party=self._alike([Candidate(place, made)], options))

    def _alike(self, each: Sequence[Candidate], options: Mapping[str, Any]) -> Candidates:
        more: Mapping[str, str] = options.get("headers") or {}
        rounds = policy(options.get("retries"), self._rounds)
        return Candidates(each, rounds, (*self._headers, *more.items()))

    def _settings_of(self, place: str) -> Settings:
        known = self._chosen.get(place)
        if known is None:
            first = self._each[0].settings
            alike = next((each.settings for each in self._each if each.name.partition(":")[0] == place), None)
            known = alike or replace(
                settings_for(place, api_key=None, model="", timeout=first.timeouts, retries=first.retry, headers=None),
                # What lets a caller in at one of them is nobody else's.
                headers=tuple(pair for pair in self._headers if not names_credential(pair[0])),
                hooks=first.hooks,
                limiter=first.limiter,
            )
            self._chosen[place] = known
        return known

    def _in_turn(self, make: Make, arguments: Mapping[str, Any], rounds: Retry) -> Call:
        by_name = {each.name: each for each in self._each}

        def of(name: str) -> Call:
            settings = by_name[name].settings
            asked = {**arguments, "model": settings.model} if settings.model else arguments
            return replace(make(settings, asked), whom=name)

        refusal: InvalidRequestError | None = None
        for each in self._each:
            try:
                first = of(each.name)
            except InvalidRequestError as error:
                refusal = refusal or error
                continue
            stops: list[Stop[Lane]] = [Stop(one.name, one.settings.model, [one]) for one in self._each]
            return replace(first, others=Fallback(stops, {each.name: first}, of, rounds))
        raise refusal or InvalidRequestError("there is no candidate", param="candidates")


def split(written: str) -> tuple[str, str] | None:
    """Whom a model chooses, and the model to ask for there; None where it is a model's name and no more."""
    check_model(written)
    if written == LOCAL:
        return LOCAL, ""
    name, colon, model = written.partition(":")
    row = named(name) if colon and model else None
    return (name, model) if row is not None and row.base_url else None


def roaming(
    *,
    api_key: Key | None,
    model: str,
    timeout: float | Timeouts | None,
    retries: int | Retry | None,
    headers: Mapping[str, str] | None,
    **given: Any,  # noqa: ANN401 - settings_for types them
) -> Settings:
    """The settings of a client without an address: its model says whom to ask, and a call's may say another.

    Raises:
        InvalidRequestError: an argument cannot be used.
        ConfigurationError: whom the model chooses wants a credential, and there is none.
    """
    place, asked = split(model) or (LOCAL, model)
    made = settings_for(place, api_key=api_key, model=asked, timeout=timeout, retries=retries, headers=headers, **given)
    return replace(made, party=Candidates([Candidate(place, made)], made.retry, made.headers))


def in_turn(
    written: Sequence[object],
    *,
    timeout: float | Timeouts | None,
    retries: int | Retry | None,
    headers: Mapping[str, str] | None,
    limiter: Limiting | None = None,
    **given: Any,  # noqa: ANN401 - settings_for types them
) -> Settings:
    """The settings of a client of several candidates: those of the first, and all of them behind.

    Args:
        written: each as a text, or a client, whose options count where none are given here.
        timeout: for each call, over all attempts.
        retries: further attempts, or the whole policy; default 2, and no less than ask each candidate once.
        headers: sent with every request.
        limiter: makes attempts wait for their turn.
        **given: what else a client is made with.

    Raises:
        InvalidRequestError: a candidate or an option cannot be used.
        ConfigurationError: a candidate wants a credential, and there is none.
    """
    if not written:
        raise InvalidRequestError(
            'there is no candidate: name some, such as "openai:gpt-5", "local"', param="candidates"
        )
    options: dict[str, Any] = {"timeout": timeout, "retries": retries, "headers": headers, "limiter": limiter}
    each: list[Candidate] = []
    for one in map(_lent, written):
        if isinstance(one, str):
            place, model = split(one) or (one, "")
            made = settings_for(place, api_key=None, model=model, **options, **given)
        else:
            if isinstance(one.party, Candidates) and one.party.several:
                raise InvalidRequestError("a candidate is one client, not several of them", param="candidates")
            made = varied(replace(one, party=None), **options)
        if made.engine is not None and not made.model:
            # A call's model is another candidate's, which this one would refuse.
            made = replace(made, model=LOCAL)
        name = one if isinstance(one, str) else made.base_url
        # Two may go by one name; whoever reads of them must be able to tell them apart.
        again = sum(1 for known in each if known.name.partition(" #")[0] == name)
        each.append(Candidate(f"{name} #{again + 1}" if again else name, made))
    rounds = policy(retries, each[0].settings.retry)
    if retries is None:
        rounds = policy(max(rounds.times, len(each) - 1), rounds)
    given_to_all = tuple(headers.items()) if headers else ()
    return replace(each[0].settings, party=Candidates(each, rounds, given_to_all))


def _lent(candidate: object) -> str | Settings:
    """What a candidate is written as, or the settings that a client lends."""
    lent = candidate if isinstance(candidate, str) else getattr(candidate, "_settings", None)
    if isinstance(lent, str | Settings):
        return lent
    kind = type(candidate).__name__
    raise InvalidRequestError(
        f"a candidate is a text or a client, each an argument of its own; not a {kind}", param="candidates"
    )
