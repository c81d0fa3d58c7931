"""Arguments of another kind than they have to be, refused in words: a program may have no type checker. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from dragoman.errors import InvalidRequestError

if TYPE_CHECKING:
    from dragoman.call import Options


_MAPPING: type[Any] = Mapping
_ITERABLE: type[Any] = Iterable


def check_client(base_url: Any, model: Any, headers: Any, limiter: Any) -> None:  # noqa: ANN401 - whatever a caller gave
    """See that a client's arguments are of their kinds.

    Raises:
        InvalidRequestError: one of them is not.
    """
    if base_url is not None and not isinstance(base_url, str):
        _refuse("base_url", "a text: an address, a provider's name, or a file's path as text", base_url)
    check_model(model)
    _check_headers(headers)
    if limiter is not None and not hasattr(limiter, "flow"):
        _refuse("limiter", "a dragoman.Limiter", limiter)


def check_model(model: object) -> None:
    """See that a client's model is named by a text.

    Raises:
        InvalidRequestError: it is not.
    """
    if model is not None and not isinstance(model, str):
        _refuse("model", "a text", model)


def hooks_of(hooks: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as above
    """A client's hooks.

    Raises:
        InvalidRequestError: they are none.
    """
    if not isinstance(hooks, _ITERABLE):
        _refuse("hooks", "a list of functions", hooks)
    found = tuple(hooks)
    for hook in found:
        if not callable(hook):
            _refuse("hooks", "a list of functions", hook)
    return found


def check_options(options: Options) -> None:
    """See that the options of a call are of their kinds.

    Raises:
        InvalidRequestError: one of them is not.
    """
    _check_headers(options.headers)
    for name in ("extra_query", "extra_body"):
        given: object = getattr(options, name)
        if given is not None:
            check_object(name, given)
    cancel: Any = options.cancel
    if cancel is not None and not hasattr(cancel, "listen"):
        _refuse("cancel", "a dragoman.Cancellation", cancel)


def check_object(param: str, given: object) -> None:
    """See that an argument is an object as JSON has them.

    Raises:
        InvalidRequestError: it is not.
    """
    # First what most are: to ask a dictionary whether it is a mapping takes ten times as long.
    if type(given) is not dict and not isinstance(given, _MAPPING):
        _refuse(param, "a dict", given)


def _check_headers(headers: Any) -> None:  # noqa: ANN401 - as above
    if headers is None:
        return
    if not isinstance(headers, _MAPPING):
        _refuse("headers", "a dict of names and values", headers)
    for name in headers:
        if not isinstance(name, str):
            _refuse("headers", "a dict whose names are texts", name)


def _refuse(param: str, kind: str, given: object) -> NoReturn:
    raise InvalidRequestError(f"{param} is {kind}, not a {type(given).__name__}", param=param)
