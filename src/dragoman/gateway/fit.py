"""What a request becomes so that one upstream can take it, and what was changed. No I/O.

What means the same is said the upstream's way; a value that asks for nothing, or only for speed, is left out. A field
that asks for what the upstream cannot do is dropped, refused or passed on, as its configuration declares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from dragoman.errors import InvalidRequestError
from dragoman.gateway import foreign

if TYPE_CHECKING:
    from dragoman.dialect import Dialect

Json = dict[str, Any]

Policy = Literal["drop", "refuse", "pass"]
"""What becomes of a field that an upstream is known not to take."""

HARMLESS: dict[str, tuple[Any, ...]] = {
    "frequency_penalty": (0,),
    "function_call": ("auto", "none"),
    "functions": ([],),
    "logit_bias": ({},),
    "logprobs": (False,),
    "metadata": ({},),
    "min_p": (0,),
    "modalities": (["text"], []),
    "n": (1,),
    "parallel_tool_calls": (True,),
    "presence_penalty": (0,),
    "safe_prompt": (False,),
    "service_tier": ("auto", "default"),
    "store": (False,),
    "tool_choice": ("auto",),
    "top_k": (0, -1),
    "top_logprobs": (0,),
    "verbosity": ("medium",),
}
"""The values of a field that ask for what is done anyway: an upstream need not hear them."""

HINTS = frozenset({
    "prediction", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "safety_identifier", "user",
})  # fmt: skip
"""Fields that say who is asking, or make an answer come sooner, and do not change it: never a reason to refuse."""


def fitted(row: Dialect, policy: Policy, request: Json) -> tuple[Json, list[str]]:
    """A request that an upstream can take; the one that was given is left as it was.

    A dialect of another API fits a request to itself where it speaks it: such a row changes nothing here.

    Args:
        row: what is known of the upstream.
        policy: what becomes of fields it does not take.
        request: a chat request in our own words, its form checked.

    Returns:
        The request, and what was changed of it: a path, a colon, and what became of that.

    Raises:
        InvalidRequestError: it asks for what the upstream cannot do, and the policy is to refuse that.
    """
    changes: list[str] = []
    fit = foreign.fitted(row.api, policy, request, changes)
    if row.api != "chat":
        return fit, changes
    if row.instead:
        fit = _said_otherwise(row, fit, changes)
    if policy != "pass" and not row.lacks.isdisjoint(fit):
        fit = _without(row, policy, fit, changes)
    if not row.usage and "stream_options" in fit:
        # Such an upstream says the usage unasked: whoever asked for it still gets it.
        fit = {name: value for name, value in fit.items() if name != "stream_options"}
    if row.roles or (row.message_lacks and policy != "pass"):
        lacks = row.message_lacks if policy != "pass" else frozenset[str]()
        fit = _conversation(dict(row.roles), lacks, fit, changes)
    return fit, changes


def _said_otherwise(row: Dialect, request: Json, changes: list[str]) -> Json:
    """Fields under the names that the upstream knows; where both are given, the one it does not know was meant."""
    for ours, theirs in row.instead:
        if ours not in request:
            continue
        value = request[ours]
        request = {name: given for name, given in request.items() if name != ours}
        if value is not None:
            request[theirs] = value
            changes.append(f"{ours}: sent as {theirs}")
    return request


def _without(row: Dialect, policy: Policy, request: Json, changes: list[str]) -> Json:
    kept: Json = {}
    for name, value in request.items():
        if name not in row.lacks:
            kept[name] = value
        elif value is not None and value not in HARMLESS.get(name, ()):
            if policy == "refuse" and name not in HINTS:
                raise InvalidRequestError(f"{name}: {row.name} does not take it; leave it out", param=name)
            changes.append(f"{name}: dropped")
    return kept


def _conversation(roles: dict[str, str], lacks: frozenset[str], request: Json, changes: list[str]) -> Json:
    messages: list[Any] = request["messages"]
    fit: list[Any] = []
    for place, message in enumerate(messages):
        role = roles.get(message["role"])
        if role is None and lacks.isdisjoint(message):
            fit.append(message)
            continue
        changes += [
            f"messages[{place}].{name}: dropped" for name in message if name in lacks and message[name] is not None
        ]
        said = {name: value for name, value in message.items() if name not in lacks}
        if role is not None:
            said["role"] = role
            changes.append(f"messages[{place}].role: {role}")
        fit.append(said)
    return request if fit == messages else request | {"messages": fit}
