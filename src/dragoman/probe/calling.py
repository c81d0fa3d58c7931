"""Checks of tools and functions: who is called, when, and how a call is written. No I/O of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman.probe.answer import Whole, decoded, dig, many
from dragoman.probe.check import Check
from dragoman.probe.finding import Found, broken, honoured, ignored, quoted, unclear
from dragoman.probe.prompts import CITIES, FUNCTION, HELLO, NAMED, TOOL, WEATHER

if TYPE_CHECKING:
    from dragoman.probe.endpoint import Endpoint

LENGTH = 64
"""Tokens that two calls surely fit in."""


def calls_of(whole: Whole) -> list[Any]:
    """The calls of an answer."""
    return many(dig(whole.message, "tool_calls"))


def fault_of_call(call: object) -> str | None:
    """What is wrong with a call of the probe's function; None where nothing is."""
    name, arguments = dig(call, "function", "name"), dig(call, "function", "arguments")
    if not dig(call, "id") or dig(call, "type") != "function":
        return "a call has an id, and the type function"
    return fault_of_function(name, arguments)


def fault_of_function(name: object, arguments: object) -> str | None:
    """What is wrong with a function's name and arguments; None where nothing is."""
    if name != FUNCTION["name"]:
        return f"the function called is {name!r}"
    if not isinstance(arguments, str):
        return f"arguments are a text that holds JSON, not {arguments!r}"
    if not isinstance(dig(decoded(arguments.encode()), "city"), str):
        return f"the arguments are not of the function's schema: {quoted(arguments)}"
    return None


def named(endpoint: Endpoint) -> Found:
    """Whether a function is called that is chosen by name, whatever was said."""
    return _forced(endpoint, NAMED)


def required(endpoint: Endpoint) -> Found:
    """Whether some function is called where one has to be."""
    return _forced(endpoint, "required")


def _forced(endpoint: Endpoint, choice: object) -> Found:
    whole = endpoint.chat(HELLO, LENGTH, **endpoint.cold, tools=[TOOL], tool_choice=choice)
    calls = calls_of(whole)
    if not calls:
        return ignored(f"no call, but {quoted(whole.text)}")
    fault = next((fault for call in calls if (fault := fault_of_call(call))), None)
    if fault is not None:
        return unclear(f"cut at {LENGTH} tokens: {fault}") if whole.finish == "length" else broken(fault)
    if whole.finish not in {"tool_calls", "stop"}:
        return broken(f"finish_reason {whole.finish} with a call")
    return honoured(f"calls {_shown(calls[0])}, finish_reason {whole.finish}")


def _shown(call: object) -> str:
    return f"{dig(call, 'function', 'name')}({dig(call, 'function', 'arguments')})"


def auto(endpoint: Endpoint) -> Found:
    """Whether a function is called where the user asks for it in so many words."""
    whole = endpoint.known(WEATHER, LENGTH, **endpoint.cold, tools=[TOOL])
    calls = calls_of(whole)
    if not calls:
        return unclear(f"the model chose to call nothing: {quoted(whole.text)}")
    fault = fault_of_call(calls[0])
    if fault is not None:
        return broken(fault)
    if whole.finish != "tool_calls":
        return broken(f"finish_reason {whole.finish} with a call")
    return honoured(f"calls {_shown(calls[0])}, finish_reason tool_calls")


def none(endpoint: Endpoint) -> Found:
    """Whether nothing is called where nothing may be, though it would be otherwise."""
    free = endpoint.baseline(WEATHER, LENGTH, **endpoint.cold, tools=[TOOL])
    whole = endpoint.chat(WEATHER, **endpoint.cold, tools=[TOOL], tool_choice="none")
    if calls_of(whole):
        return ignored(f"calls {_shown(calls_of(whole)[0])} all the same")
    return honoured("text, where auto calls") if calls_of(free) else unclear("text, but auto calls nothing either")


def parallel(endpoint: Endpoint) -> Found:
    """Whether one function is called at most, where two would be otherwise."""
    free = endpoint.chat(CITIES, LENGTH, **endpoint.cold, tools=[TOOL], parallel_tool_calls=True)
    single = endpoint.chat(CITIES, LENGTH, **endpoint.cold, tools=[TOOL], parallel_tool_calls=False)
    several, one = len(calls_of(free)), len(calls_of(single))
    if one > 1:
        return ignored(f"{one} calls with parallel_tool_calls: false")
    seen = f"{several} calls with true, {one} with false"
    return honoured(seen) if several > 1 and one == 1 else unclear(seen)


def functions(endpoint: Endpoint) -> Found:
    """Whether the fields that tools took the place of still work."""
    choice = {"name": FUNCTION["name"]}
    whole = endpoint.chat(HELLO, LENGTH, **endpoint.cold, functions=[FUNCTION], function_call=choice)
    call = dig(whole.message, "function_call")
    if call is None:
        return ignored(f"no function_call, but {quoted(whole.text)}")
    fault = fault_of_function(dig(call, "name"), dig(call, "arguments"))
    return honoured(f"calls {dig(call, 'name')}({dig(call, 'arguments')})") if fault is None else broken(fault)


def streamed(endpoint: Endpoint) -> Found:
    """Whether the pieces of a streamed call make up a call."""
    answer = endpoint.stream(HELLO, LENGTH, **endpoint.cold, tools=[TOOL], tool_choice=NAMED)
    pieces = [piece for delta in answer.deltas for piece in many(dig(delta, "tool_calls"))]
    if not pieces:
        return ignored(f"no call, but {quoted(answer.text)}")
    if any(not isinstance(dig(piece, "index"), int) for piece in pieces):
        return broken("a piece of a call has no index")
    whole = _put_together([piece for piece in pieces if dig(piece, "index") == 0])
    fault = fault_of_call(whole)
    return honoured(f"{len(pieces)} pieces make up {_shown(whole)}") if fault is None else broken(fault)


def _put_together(pieces: list[Any]) -> dict[str, Any]:
    """A call from its pieces: id, type and name come once, the arguments bit by bit."""
    function = {
        name: "".join(part for piece in pieces if isinstance(part := dig(piece, "function", name), str))
        for name in ("name", "arguments")
    }
    return {"id": _first(pieces, "id"), "type": _first(pieces, "type"), "function": function}


def _first(pieces: list[Any], name: str) -> Any:  # noqa: ANN401 - JSON of any shape
    return next((dig(piece, name) for piece in pieces if dig(piece, name)), None)


CHECKS = (
    Check("tool_choice.named", "tools", named),
    Check("tool_choice.required", "tools", required),
    Check("tool_choice.auto", "tools", auto),
    Check("tool_choice.none", "tools", none),
    Check("parallel_tool_calls", "tools", parallel),
    Check("streamed-call", "tools", streamed),
    Check("functions", "tools", functions),
)
