"""Answers of a type, and functions as tools."""

import contextlib
import dataclasses
import json
from typing import TypedDict

import attrs
import msgspec
from asker import Lacks

from observations import observe, said, server, streamed, yes

TEXT = '{"name": "Monet", "born": 1840}'


@dataclasses.dataclass
class Plain:
    name: str
    born: int


class Typed(TypedDict):
    name: str
    born: int


class Struct(msgspec.Struct):
    name: str
    born: int


@attrs.define
class Defined:
    name: str
    born: int


def model():
    """The same as a model of pydantic, which this project's own environment may not have."""
    from pydantic import BaseModel  # noqa: PLC0415 - see above

    class Model(BaseModel):
        name: str
        born: int

    return Model


KINDS = {
    "pydantic": model,
    "dataclass": lambda: Plain,
    "TypedDict": lambda: Typed,
    "msgspec": lambda: Struct,
    "attrs": lambda: Defined,
}


def is_of(value, kind):
    """Whether a value is the painter, and of the kind."""
    if kind is Typed:
        return value == json.loads(TEXT)
    return isinstance(value, kind) and (value.name, value.born) == ("Monet", 1840)


@observe
def types_of_answers(asker):
    taken = []
    for name, make in KINDS.items():
        kind = make()
        with server(said(TEXT)) as there:
            client = asker.client(there.url)
            try:
                value = asker.parse(client, kind)
            except Lacks:
                raise
            except Exception:  # noqa: BLE001 - what it cannot take, it refuses in its own way
                continue
        if is_of(value, kind):
            taken.append(name)
    return ", ".join(taken) or "none"


@observe
def answers_that_grow(asker):
    growing = streamed('{"name": "Mo', 'net", "bor', 'n": 1840}')
    for name in ("pydantic", "TypedDict"):
        with server(growing) as there:
            seen = []
            with contextlib.suppress(ValueError):
                # Some read what there is of a model as a whole one, and fail.
                seen += [str(one) for one in asker.partials(asker.client(there.url), KINDS[name]())]
        if any("Mo" in one and "1840" not in one for one in seen):
            return yes(name == "pydantic", f"{name} alone")
    return "no: whole at the end"


@observe
def asked_for_again(asker):
    with server(said('{"name": "Monet"}'), said(TEXT)) as there:
        value = asker.parse(asker.client(there.url), KINDS["pydantic"]())
    return yes(value.born == 1840)


def weather(city: str, days: int = 1) -> str:
    """Say what the weather will be.

    Args:
        city: where, by its name.
        days: for how long.
    """
    return f"{city}: rain, for {days} days"


@observe
def functions_as_tools(asker):
    with server() as there:
        asker.function(asker.client(there.url), weather)
        (tool,) = there.asked[0]["tools"]
    function = tool["function"]
    fields = function["parameters"]["properties"]
    typed = [fields.get(name, {}).get("type") for name in ("city", "days")] == ["string", "integer"]
    told = "weather will be" in function.get("description", "")
    each = fields.get("city", {}).get("description") == "where, by its name."
    return yes(typed and told and each, "yes, parameters without their words" if typed and told else "no")
