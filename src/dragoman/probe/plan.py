"""All checks in their order, which of them are wanted, and the running of them. The clock; I/O through the endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.errors import ConfigurationError, InvalidRequestError
from dragoman.probe import (
    calling,
    chance,
    fields,
    formats,
    leaving,
    limits,
    messages,
    offers,
    parameters,
    refusals,
    streams,
    usage,
)
from dragoman.probe.answer import declined, dig
from dragoman.probe.finding import VERDICTS, Finding, Found, Report, Settled, broken
from dragoman.probe.prompts import HELLO
from dragoman.sse import EventTooLarge
from dragoman.transport import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dragoman.probe.check import Check
    from dragoman.probe.endpoint import Endpoint

MISTAKEN = 400

CHECKS: tuple[Check, ...] = (
    *offers.CHECKS,
    *parameters.CHECKS,
    *chance.CHECKS,
    *formats.CHECKS,
    *calling.CHECKS,
    *messages.CHECKS,
    *fields.CHECKS,
    *streams.CHECKS,
    *usage.CHECKS,
    *refusals.CHECKS,
    *limits.CHECKS,
    *leaving.CHECKS,
)
"""All checks, a subject's together."""


def chosen(only: Sequence[str] = (), *, provoke: bool = False) -> list[Check]:
    """The checks that are wanted, in their order.

    Args:
        only: names of checks and of subjects; all where there are none.
        provoke: whether those that are left out unless they are asked for are wanted as well.

    Raises:
        InvalidRequestError: a name is neither.
    """
    known = {name for check in CHECKS for name in (check.name, check.subject)}
    for name in only:
        if name not in known:
            subjects = ", ".join(dict.fromkeys(check.subject for check in CHECKS))
            raise InvalidRequestError(f"there is no check and no subject {name!r}; the subjects are {subjects}")
    return [
        check
        for check in CHECKS
        if (check.name in only) or ((not only or check.subject in only) and (provoke or not check.asked))
    ]


def meet(endpoint: Endpoint) -> None:
    """Find the model where none was named, and the field that the longest length is told in.

    Raises:
        InvalidRequestError: no model was named, and the endpoint does not say which it has.
        ConfigurationError: nothing answers there, or the key, the model or the path is refused.
    """
    try:
        if not endpoint.model:
            endpoint.model = _first_model(endpoint)
        found = _plain(endpoint)
    except NoAnswer as failure:
        raise ConfigurationError(f"nothing answers at {endpoint.settings.base_url}: {failure.detail}") from None
    except Settled as settled:
        raise ConfigurationError(settled.found.evidence) from None
    if found is not None:
        where = endpoint.settings.base_url + endpoint.path
        raise ConfigurationError(f"{where} does not answer a plain question: {endpoint.mask(found.evidence)}")


def _plain(endpoint: Endpoint) -> Found | None:
    """What is wrong with the answer to a plain question; None where nothing is."""
    whole = endpoint.post(endpoint.body(HELLO, **endpoint.cold))
    # OpenAI's reasoning models know the longest length by its new name only, and no temperature but their own.
    if whole.status == MISTAKEN and b"max_tokens" in whole.body and endpoint.cap == "max_tokens":
        endpoint.cap = "max_completion_tokens"
        return _plain(endpoint)
    if whole.status == MISTAKEN and b"temperature" in whole.body and endpoint.cold:
        endpoint.cold = {}
        return _plain(endpoint)
    return declined(whole)


def _first_model(endpoint: Endpoint) -> str:
    whole = endpoint.send("GET", "/models")
    name = dig(whole.json, "data", 0, "id")
    if not isinstance(name, str):
        where = f"{endpoint.settings.base_url}/models"
        raise InvalidRequestError(f"say which model to ask: {where} lists none, {endpoint.mask(whole.told)}")
    return name


def examine(endpoint: Endpoint, checks: Iterable[Check]) -> Iterator[Finding]:
    """Run checks one after the other; each finding comes as soon as it is made.

    Args:
        endpoint: where; `meet` knows it already.
        checks: what is wanted.
    """
    for check in checks:
        endpoint.last_id = None
        found = _look(endpoint, check)
        yield Finding(
            name=check.name,
            subject=check.subject,
            verdict=found.verdict,
            evidence=endpoint.mask(found.evidence),
            request_id=endpoint.last_id,
        )


def _look(endpoint: Endpoint, check: Check) -> Found:
    try:
        return check.look(endpoint)
    except Settled as settled:
        return settled.found
    except NoAnswer as failure:
        return broken(f"no answer: {failure.detail}")
    except EventTooLarge as failure:
        return broken(str(failure))


def report(endpoint: Endpoint, findings: list[Finding], seconds: float) -> Report:
    """All that was found, and what it took."""
    return Report(
        url=endpoint.settings.base_url,
        model=endpoint.model,
        counts={verdict: sum(finding.verdict == verdict for finding in findings) for verdict in VERDICTS},
        tokens=endpoint.purse.tokens,
        requests=endpoint.sent,
        seconds=round(seconds, 3),
        findings=findings,
    )
