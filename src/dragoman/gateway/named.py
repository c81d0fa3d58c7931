"""Which models a request names: the one it asks for, and those that an upstream may turn to by itself. No I/O.

Fields that nobody here knows go upstream as they are, where the configuration says so, and in some of them an upstream
takes more names: OpenRouter's `models`, LiteLLM's `fallbacks`, the model of a tool that a server runs itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from dragoman.dialect import ANTHROPIC, RESPONSES
from dragoman.wire.tolerant import is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

_ELSE = ("fallbacks", "models", "tools")


def models_in(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each model that a request names: the path of the name, and the name.

    Args:
        body: a request of any API that was heard.
    """
    yield "model", body["model"]
    for api in ("", ANTHROPIC, RESPONSES):
        fields: object = body.get(api) if api else body
        if is_object(fields):
            for name in _ELSE:
                if name in fields:
                    yield from _among(fields[name], f"{api}.{name}" if api else name)


def _among(value: object, path: str) -> Iterator[tuple[str, str]]:
    for place, each in enumerate(cast("list[object]", value) if isinstance(value, list) else (value,)):
        where = f"{path}[{place}]" if isinstance(value, list) else path
        if isinstance(each, str):
            yield where, each
        elif is_object(each) and isinstance(each.get("model"), str):
            yield f"{where}.model", each["model"]
