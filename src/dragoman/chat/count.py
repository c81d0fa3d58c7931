"""How many tokens a prompt has, and what it costs, before it is sent. No I/O.

    count = client.chat.count(messages="Who is the best French painter?", model="gpt-5")
    print(count.tokens, "tokens" if count.exact else "tokens or so", count.price)

Whoever is to answer counts where it can: the embedded model, llama.cpp's server and vLLM with their own tokenizer,
Anthropic with its own endpoint, which it calls an estimate. Of the others the number is a guess by the text's bytes,
and `exact` says so. No tokenizer is downloaded for it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import urlsplit

import msgspec

from dragoman.call import create_call, encode
from dragoman.call.settings import weights_at
from dragoman.cost.estimate import prompt_tokens
from dragoman.cost.prices import Used, cost, in_force, published
from dragoman.dialect.table import at
from dragoman.errors import ProtocolError, StatusError
from dragoman.exchange import complete, fetch
from dragoman.exchange.guard import guarded
from dragoman.exchange.timeouts import within
from dragoman.retry import NEVER
from dragoman.wire.tolerant import read_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dragoman.call.settings import Settings
    from dragoman.exchange import Call, Clock, Flow

Json = dict[str, Any]


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many tokens a prompt has."""

    tokens: int
    """Those of the messages, of the tools, and of what the model's template puts around them."""
    exact: bool
    """Whether the model that would answer has counted; what an estimate says may be wrong by a third."""
    by: Literal["server", "estimate"]
    """Who counted: the server, be it roughly, or we, by the bytes."""
    model: str = ""
    """The model that would be asked."""
    price: Decimal | None = None
    """What the prompt costs in US dollars, without what a cache may spare; None where its price is unknown."""
    most: Decimal | None = None
    """What the call costs at most: with the longest answer that the request allows; None where it sets no limit."""


def counting(settings: Settings, arguments: Mapping[str, Any], clock: Clock) -> Flow[Count]:
    """Count the tokens of what `create` would send.

    Args:
        settings: what the client was made with.
        arguments: those of `create`.
        clock: what tells the time.

    Raises:
        InvalidRequestError: the call is wrong as written.
        ContextLengthError: the embedded model has no room for the prompt.
        APIError: the server could not be asked.
    """
    flow = _counting(settings, arguments, clock)
    cancel = arguments.get("cancel")
    return flow if cancel is None else guarded(flow, cancel)


def _counting(settings: Settings, arguments: Mapping[str, Any], clock: Clock) -> Flow[Count]:
    call = msgspec.structs.replace(create_call(settings, {**arguments, "stream": None}), others=None)
    body: Json = msgspec.json.decode(call.request.body)
    local = weights_at(call.request.url) is not None
    vendor = at(urlsplit(call.request.url).hostname or "").name
    counted: int | None = None
    exact = True
    if local:
        counted = yield from _by_the_engine(call, body, clock)
    elif call.translation is not None:
        counted, exact = (yield from _by_anthropic(call, body, clock)), False
    elif vendor == "plain":
        counted = yield from _by_a_tokenizer(call, body, clock)
    tokens = prompt_tokens(body) if counted is None else counted
    price, most = (Decimal(0), Decimal(0)) if local else _prices(vendor, body, tokens)
    return Count(
        tokens=tokens,
        exact=exact and counted is not None,
        by="estimate" if counted is None else "server",
        model=str(body.get("model", "")),
        price=price,
        most=most,
    )


def _by_the_engine(call: Call, body: Json, clock: Clock) -> Flow[int | None]:
    """Have it read the prompt and say one token."""
    kept = {name: body[name] for name in ("messages", "model", "tools") if name in body}
    completion = yield from complete(_varied(call, call.request.url, kept | {"max_tokens": 1}), clock)
    return completion.usage.prompt_tokens if completion.usage is not None else None


_COUNTED = ("messages", "model", "system", "thinking", "tool_choice", "tools")


def _by_anthropic(call: Call, body: Json, clock: Clock) -> Flow[int | None]:
    """Ask the Messages API's own endpoint, `…/messages/count_tokens`."""
    kept = {name: body[name] for name in _COUNTED if name in body}
    told = yield from fetch(_unwatched(_varied(call, f"{call.request.url}/count_tokens", kept)), clock, read_object)
    return _number(told.get("input_tokens"))


def _by_a_tokenizer(call: Call, body: Json, clock: Clock) -> Flow[int | None]:
    """Ask a server that anybody may run, which may have a tokenizer to be asked: vLLM's, or llama.cpp's."""
    root, found, _ = call.request.url.rpartition("/v1/chat/completions")
    if not found:
        return None
    asked: Json = {name: body[name] for name in ("messages", "model", "tools") if name in body}
    told = yield from _perhaps(call, f"{root}/tokenize", asked, clock)
    if told is None or "count" in told:
        return None if told is None else _number(told["count"])
    if not isinstance(told.get("tokens"), list):
        return None
    written = yield from _perhaps(call, f"{root}/apply-template", asked, clock)
    prompt = None if written is None else written.get("prompt")
    if not isinstance(prompt, str):
        return None
    # As its chat completions read a prompt: special tokens by their names, and the one that begins a text.
    content = {"content": prompt, "add_special": True, "parse_special": True}
    told = yield from _perhaps(call, f"{root}/tokenize", content, clock)
    tokens = None if told is None else told.get("tokens")
    return len(cast("list[object]", tokens)) if isinstance(tokens, list) else None


def _perhaps(call: Call, url: str, body: Json, clock: Clock) -> Flow[Json | None]:
    """What a path answers that a server need not have; None where it refuses, or answers with something else."""
    once = msgspec.structs.replace(_unwatched(_varied(call, url, body)), retry=NEVER)
    try:
        return (yield from fetch(once, clock, read_object))
    except (StatusError, ProtocolError):
        return None


def _varied(call: Call, url: str, body: Json) -> Call:
    request = msgspec.structs.replace(call.request, url=url, body=encode(body))
    return msgspec.structs.replace(call, request=request)


def _unwatched(call: Call) -> Call:
    """The call without hooks, because nobody pays for being told a number, and without long patience."""
    total = min(call.timeouts.total, 30.0)
    return msgspec.structs.replace(call, hooks=(), timeouts=within(call.timeouts, total))


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _prices(vendor: str, body: Json, tokens: int) -> tuple[Decimal | None, Decimal | None]:
    """What the prompt costs, and what the call costs at most."""
    rates = in_force(published(vendor, str(body.get("model", ""))), None)
    if rates is None:
        return None, None
    longest = body.get("max_completion_tokens") or body.get("max_tokens")
    price = cost(rates, Used(prompt=tokens, completion=0))
    most = None
    if isinstance(longest, int):
        most = cost(rates, Used(prompt=tokens, completion=longest * int(body.get("n") or 1)))
    return _dollars(price), _dollars(most)


def _dollars(micros: int | None) -> Decimal | None:
    return None if micros is None else Decimal(micros) / 1_000_000
