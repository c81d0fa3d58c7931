"""What a chat request carries for one API alone, and the same request without it, for everyone else. No I/O.

A request that was heard in another API's words holds more than chat can say: Anthropic's marks for the prompt cache
and signed thoughts, a Responses item's id and encrypted reasoning. They travel in fields of their own, and a field of
the request under the API's name says that there are any. A caller of chat may set it too: its fields go into that
API's request as they are.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from dragoman.dialect import ANTHROPIC, RESPONSES
from dragoman.dialect.form import allow
from dragoman.errors import InvalidRequestError
from dragoman.wire.tolerant import is_object

Json = dict[str, Any]

CONTENT = "anthropic_content"
"""The field of a message, or a part, that holds what of Anthropic's turns and blocks chat has no place for."""


class _Marks(NamedTuple):
    """What is for an API alone, beside the request's field of its name."""

    messages: frozenset[str]
    parts: frozenset[str]


_MARKS = {
    ANTHROPIC: _Marks(
        frozenset({CONTENT, "is_error", "cache_control"}),
        frozenset({CONTENT, "cache_control", "citations", "context", "transformations"}),
    ),
    RESPONSES: _Marks(frozenset({RESPONSES}), frozenset({RESPONSES})),
}


_FORMS: dict[str, dict[str, type]] = {
    ANTHROPIC: {"output_config": dict},
    RESPONSES: {"include": list, "reasoning": dict, "text": dict},
}
"""Fields that are put together with what is made of chat's own, and what kind each has to be for that."""


def public(request: Json, but: str = "") -> Json:
    """A request as a server may read it that speaks chat, or `but` the API of this name."""
    marked = [api for api in _MARKS if api in request and api != but]
    if not marked:
        return request
    messages, parts = (frozenset[str]().union(*each) for each in zip(*(_MARKS[api] for api in marked), strict=True))
    made = {name: value for name, value in request.items() if name not in marked}
    made["messages"] = [_message(each, messages, parts) for each in cast("list[object]", request.get("messages") or [])]
    if request.get("tools"):
        made["tools"] = [_tool(each) for each in request["tools"]]
    return made


def own_fields(request: Json, api: str, settled: frozenset[str]) -> Json:
    """The fields that a request carries for an API alone.

    Args:
        request: a chat request.
        api: the API.
        settled: fields of that API which chat's own decide: whose word they are, everyone who let the request pass has
            looked at.

    Raises:
        InvalidRequestError: they are no object, or among them is one that is settled, or not of its kind.
    """
    found: object = request.get(api)
    if found is None:
        return {}
    if not is_object(found):
        raise InvalidRequestError(f"{api} must be an object: fields for that API, as it has them", param=api)
    for name in sorted(settled.intersection(found)):
        path = f"{api}.{name}"
        raise InvalidRequestError(f"{path}: the request itself says that; leave it out here", param=path)
    formed(found, api, f"{api}.")
    return found


def formed(fields: Json, api: str, path: str = "") -> None:
    """See that fields which only one API knows can be put together with what is made of chat's own.

    Args:
        fields: the fields, beside any others.
        api: the API.
        path: the fields', up to where a name follows.

    Raises:
        InvalidRequestError: one is not of its kind.
    """
    for name, kind in _FORMS[api].items():
        allow(fields, name, kind, path)


def _message(message: Any, names: frozenset[str], of_parts: frozenset[str]) -> Any:  # noqa: ANN401 - one that was received stays the bytes it was
    if not isinstance(message, dict):
        return message
    made = _without(cast("Json", message), names)
    if isinstance(made.get("content"), list):
        made["content"] = [_without(part, of_parts) for part in made["content"]]
    return made


def _tool(tool: Json) -> Json:
    kind = tool.get("type")
    return {"type": kind, kind: tool[kind]} if kind in {"function", "custom"} else tool


def _without(value: Json, names: frozenset[str]) -> Json:
    return {name: item for name, item in value.items() if name not in names}
