"""Write what models cost, from the pinned package genai-prices, into data of our own; `--check` compares only.

The package is Pydantic's (MIT), kept by many, and covers every vendor of the table. It is a program as well, which
brings pydantic and an HTTP client, takes half a second and 100 MB in every worker, and can fetch newer prices by
itself. So its data is taken when dragoman is made, and no more than its data: prices of tokens, and of requests.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from importlib.metadata import files, version
from pathlib import Path
from typing import TYPE_CHECKING

from genai_prices import types
from genai_prices.data import providers

if TYPE_CHECKING:
    from decimal import Decimal

Json = str | int | list["Json"] | dict[str, "Json"]

FILE = Path(__file__).parent.parent / "src" / "dragoman" / "cost" / "prices.json"

RATES = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cached",
    "cache_write_mtok": "written",
    "output_reasoning_mtok": "reasoning",
    "requests_kcount": "requests",
}
"""The package's names of prices, and ours; prices of sounds, pictures, pages and searches are left out."""


MARKS: tuple[tuple[type, str, str], ...] = (
    (types.ClauseEquals, "=", "equals"),
    (types.ClauseStartsWith, "^", "starts_with"),
    (types.ClauseEndsWith, "$", "ends_with"),
    (types.ClauseContains, "*", "contains"),
)
"""The package's ways to say which models are meant, and the marks that we put before their texts."""


def match(clause: types.MatchLogic) -> Json:
    """Which models a row is about: a mark and a text, or several of them."""
    for kind, mark, name in MARKS:
        if isinstance(clause, kind):
            return mark + str(getattr(clause, name)).lower()
    if isinstance(clause, types.ClauseRegex):
        return "~" + clause.regex
    if isinstance(clause, types.ClauseOr):
        return {"any": [match(one) for one in clause.or_]}
    if isinstance(clause, types.ClauseAnd):
        return {"all": [match(one) for one in clause.and_]}
    raise TypeError(f"this version of genai-prices has another way to say which models are meant: {clause}")


def rate(price: Decimal | types.TieredPrices) -> Json:
    """A price: a decimal, or one with those that take its place above some length of prompt."""
    if isinstance(price, types.TieredPrices):
        return [str(price.base), [[tier.start, str(tier.price)] for tier in price.tiers]]
    return str(price)


def rates(prices: types.ModelPrice) -> dict[str, Json]:
    """The prices of a model that are about tokens and requests."""
    found: dict[str, Decimal | types.TieredPrices | None] = {
        ours: getattr(prices, theirs) for theirs, ours in RATES.items()
    }
    return {name: rate(price) for name, price in found.items() if price is not None}


def moment(constraint: types.StartDateConstraint | types.TimeOfDateConstraint | None) -> str:
    """When prices are in force: from a date, in a time of day, or always."""
    if isinstance(constraint, types.StartDateConstraint):
        return constraint.start_date.isoformat()
    if constraint is None:
        return ""
    return f"{in_utc(constraint.start_time)}-{in_utc(constraint.end_time)}"


def in_utc(time: dt.time) -> str:
    """A time of day in UTC, which it is in where it does not say."""
    ahead = time.utcoffset() or dt.timedelta()
    return f"{dt.datetime.combine(dt.date(2000, 1, 1), time.replace(tzinfo=None)) - ahead:%H:%M:%S}"


def row(model: types.ModelInfo) -> Json:
    """A model; without prices where its answers are not paid by the token."""
    terms = (
        [types.ConditionalPrice(prices=model.prices)] if isinstance(model.prices, types.ModelPrice) else model.prices
    )
    priced = all(one.prices.input_mtok is not None for one in terms)
    found: list[Json] = [{"when": moment(one.constraint), **rates(one.prices)} for one in terms if priced]
    return {"match": match(model.match), "prices": found}


def document() -> str:
    """All of it: a line for each model, so that a new version can be read as a difference."""
    licence = next(file for file in files("genai-prices") or () if file.name == "LICENSE").read_text()
    source = {"source": f"genai-prices {version('genai-prices')}", "licence": licence}
    lines = [json.dumps(source)[:-1] + ',"vendors":{']
    for place, provider in enumerate(providers):
        falls = json.dumps(provider.fallback_model_providers or [])
        lines.append(f'{"," if place else ""}"{provider.id}":{{"borrows":{falls},"models":[')
        rows = [json.dumps(row(model), separators=(",", ":")) for model in provider.models]
        lines += [f"{text}," for text in rows[:-1]] + rows[-1:] + ["]}"]
    return "\n".join([*lines, "}}", ""])


def main() -> int:
    """Write the file, or say whether it is as it would be written."""
    text = document()
    if "--check" in sys.argv[1:]:
        return int(FILE.read_text() != text)
    FILE.write_text(text)
    print(f"{FILE.name}: {len(text)} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
