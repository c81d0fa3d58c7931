"""Functions as tools: what a model is told of one, and what it is called with, typed and checked. No I/O.

The name, the parameters' types and the defaults are the signature's; the sentences are the docstring's, or those of
`Annotated[str, "the city"]`, which win.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import math
import re
import sys
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    ParamSpec,
    TypeVar,
    Union,
    cast,
    get_args,
    overload,
)

import msgspec

from dragoman.amount import is_duration
from dragoman.errors import InvalidRequestError
from dragoman.structured import is_pydantic_dataclass, is_pydantic_model, json_schema, plain, read, read_json, strict
from dragoman.tools.docstring import read_docstring

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dragoman.wire.tool import FunctionTool

P = ParamSpec("P")
R = TypeVar("R")
Json = dict[str, Any]

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_EMPTY: Any = inspect.Parameter.empty
_REFUSED = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}


class Tool(Generic[P, R]):
    """A function that a model may call; called, it is the function.

    Args:
        function: the function, which may be asynchronous.
        name: what the model calls it; default its own name.
        description: what it does; default what its docstring says before the sections.
        strict: whether the vendor is to hold the model to the schema exactly: every argument is then given, also those
            with defaults.
        timeout: seconds after which a call has failed, and the model is told; default none.

    Attributes:
        name: what the model calls it.
        definition: the tool as a request has it.
        timeout: as given.

    Raises:
        InvalidRequestError: a parameter has no type, or one that JSON has no form for.
    """

    __slots__ = ("__weakref__", "_function", "_kind", "_names", "_positional", "definition", "name", "timeout")

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str | None = None,
        description: str | None = None,
        strict: bool = False,
        timeout: float | None = None,
    ) -> None:
        self._function = function
        self.name = name or _name(function)
        if not _NAME.fullmatch(self.name):
            raise InvalidRequestError(f"{self.name!r} cannot be a tool's name: 1 to 64 letters, digits, _ or -")
        said, sentences = read_docstring(_documented(function).__doc__)
        parameters = _parameters(function, self.name)
        self._positional = [one for one in parameters if one.kind is inspect.Parameter.POSITIONAL_ONLY]
        # Under names of ours: what may be a parameter's may be none of a class's field.
        self._names = {f"p{place}": one.name for place, one in enumerate(parameters)}
        hints = _hints(function)
        self._kind = _arguments(self.name, hints, dict(zip(self._names, parameters, strict=True)))
        if timeout is not None and not is_duration(timeout):
            sentence = f"timeout is a number of seconds above 0, or None, not {timeout!r}"
            raise InvalidRequestError(sentence, param="timeout")
        self.timeout = timeout
        schema = _schema(self.name, self._kind, parameters, hints, _sentences(hints, sentences), exact=strict)
        described = description if description is not None else said
        self.definition: FunctionTool = {"type": "function", "function": {"name": self.name, "parameters": schema}}
        if described:
            self.definition["function"]["description"] = described
        if strict:
            self.definition["function"]["strict"] = True

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function."""
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        """Its name."""
        return f"Tool({self.name!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """How it is pickled: as its function is, or by the name under which it stands in its place."""
        place = (getattr(self._function, "__module__", None), getattr(self._function, "__qualname__", None))
        if _named(*place) is self:
            return _named, place
        told = self.definition["function"]
        return _made, (self._function, self.name, told.get("description", ""), "strict" in told, self.timeout)

    def read(self, arguments: str) -> Json:
        """What a model called it with as the parameters' own types; those it left out are not there.

        Numbers and truths that a model wrote as text are read as what they mean.

        Raises:
            ValueError: they are not what the function takes.
        """
        # Several vendors send nothing where there is nothing to say.
        text = arguments if arguments.strip() else "{}"
        if is_pydantic_model(self._kind):
            given = read(self._kind, text)
            return {self._names[field]: getattr(given, field) for field in given.model_fields_set}
        value: Any = read_json(self._kind, text, exact=False)
        found = {name: getattr(value, field) for field, name in self._names.items()}
        return {name: item for name, item in found.items() if item is not msgspec.UNSET}

    def call(self, arguments: Json) -> Any:  # noqa: ANN401 - whatever the function returns, or a coroutine of it
        """Call the function with what `read` made."""
        named = dict(arguments)
        last = max((place for place, one in enumerate(self._positional) if one.name in named), default=-1)
        # Whichever was left out before one that was not has its default.
        placed = [named.pop(one.name, one.default) for one in self._positional[: last + 1]]
        return cast("Callable[..., Any]", self._function)(*placed, **named)

    @property
    def is_asynchronous(self) -> bool:
        """Whether calling the function returns a coroutine."""
        function = _documented(self._function)
        return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004 - not whether it can be called, but how


@overload
def tool(function: Callable[P, R], /) -> Tool[P, R]: ...


@overload
def tool(
    *, name: str | None = None, description: str | None = None, strict: bool = False, timeout: float | None = None
) -> Callable[[Callable[P, R]], Tool[P, R]]: ...


def tool(
    function: Callable[..., Any] | None = None,
    /,
    **options: Any,
) -> Any:
    """Make a function a tool, as a decorator with or without arguments: those of `Tool`.

    Functions can be given to `chat.run` as they are; this is for those that need more said.

    Raises:
        InvalidRequestError: a parameter has no type, or one that JSON has no form for.
    """
    return functools.partial(Tool[..., Any], **options) if function is None else Tool(function)


def _made(function: Any, name: str, description: str, strict: bool, timeout: float | None) -> Tool[..., Any]:  # noqa: ANN401, FBT001 - as it was pickled
    return Tool(function, name=name, description=description, strict=strict, timeout=timeout)


def _named(module: str | None, name: str | None) -> Any:  # noqa: ANN401 - whatever stands there
    """What stands under a name in a module; None where there is nothing."""
    try:
        return functools.reduce(getattr, (name or "").split("."), importlib.import_module(module or ""))
    except (ImportError, AttributeError, ValueError):
        return None


def content_of(value: object) -> str:
    """What a tool returned, as the model is told it: text as it is, anything else as JSON where it can be."""
    if isinstance(value, str):
        return sendable(value)
    try:
        told = msgspec.json.encode(value, enc_hook=plain_or_text)
        if told.find(b"null") >= 0:
            # It may stand for what JSON has no number for.
            told = msgspec.json.encode(_counted(msgspec.to_builtins(value, enc_hook=plain_or_text)))
        return told.decode()
    except (TypeError, ValueError, RecursionError):
        return sendable(text_of(value))


def _counted(value: Any) -> Any:  # noqa: ANN401 - JSON's types
    """A value in which NaN and infinity are words."""
    if value.__class__ is dict:
        return {name: _counted(one) for name, one in value.items()}
    if value.__class__ is list:
        return [_counted(one) for one in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def text_of(value: object) -> str:
    """A value as text, also where its own `__str__` fails."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - a program's own code, of whose failure nobody here is to hear
        return f"a {type(value).__name__} that has no text"


def sendable(text: str) -> str:
    """A text that can be sent: U+FFFD stands for half a surrogate pair, as in names of files that are not UTF-8."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def plain_or_text(value: object) -> object:
    """A value that JSON does not know as JSON types, or else as text."""
    try:
        return plain(value)
    except TypeError:
        return text_of(value)


def _documented(function: Callable[..., Any]) -> Any:  # noqa: ANN401 - whatever can be called
    """What a call comes to in the end: a `partial` says nothing of itself."""
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _bound(function: Callable[..., Any]) -> set[str]:
    """The parameters that a `partial` has given by name: its caller's to say, and not a model's."""
    names: set[str] = set()
    while isinstance(function, functools.partial):
        names |= function.keywords.keys()
        function = function.func
    return names


def _name(function: Callable[..., Any]) -> str:
    documented = _documented(function)
    return getattr(documented, "__name__", type(documented).__name__)


def _parameters(function: Callable[..., Any], name: str) -> list[inspect.Parameter]:
    bound = _bound(function)
    if any(map(_is_generator, (_documented(function), getattr(_documented(function), "__call__", None)))):  # noqa: B004 - not whether it can be called, but how
        raise InvalidRequestError(f"{name} cannot be a tool: it yields, and a model is told what a function returns")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise InvalidRequestError(f"{name} cannot be a tool: {error}") from None
    parameters = [one for one in signature.parameters.values() if one.name not in bound]
    for one in parameters:
        if one.kind in _REFUSED:
            stars = _REFUSED[one.kind]
            raise InvalidRequestError(f"{name} cannot be a tool: a model cannot be told what {stars}{one.name} takes")
    return parameters


def _is_generator(function: object) -> bool:
    return inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)


def _hints(function: Callable[..., Any]) -> Json:
    documented = _documented(function)
    owner = documented if inspect.isroutine(documented) or inspect.isclass(documented) else type(documented).__call__
    if inspect.isclass(owner):
        owner = owner.__init__
    owner = inspect.unwrap(owner)
    # What it returns is nothing to a model, and often of a type that only type checkers import.
    said = {name: hint for name, hint in inspect.get_annotations(owner).items() if name != "return"}
    known = {one.__name__: one for one in getattr(owner, "__type_params__", ())}
    try:
        return {
            name: eval(hint, owner.__globals__, known) if isinstance(hint, str) else hint  # noqa: S307 - code of the program itself, as `inspect` reads it
            for name, hint in said.items()
        }
    except NameError as error:
        raise InvalidRequestError(f"{_name(function)} cannot be a tool: {error} where it is defined") from None
    except Exception as error:  # whatever a program's own text comes to
        raise InvalidRequestError(
            f"{_name(function)} cannot be a tool: its annotations cannot be read: {error}"
        ) from error


def _arguments(name: str, hints: Json, fields: Mapping[str, inspect.Parameter]) -> Any:  # noqa: ANN401 - a class that is made here
    """The class whose fields are the parameters."""
    for one in fields.values():
        if one.name not in hints:
            raise InvalidRequestError(f"{name} cannot be a tool: its parameter {one.name} has no type")
    told = {field: one.name for field, one in fields.items()}
    if any(map(_is_pydantics, hints.values())):
        given: Any = {
            field: (hints[one.name], ... if one.default is _EMPTY else one.default) for field, one in fields.items()
        }
        # Whoever has a class of pydantic's has imported it.
        pydantic = sys.modules["pydantic"]
        try:
            return pydantic.create_model(
                name, __config__={"extra": "forbid", "alias_generator": told.__getitem__}, **given
            )
        except (pydantic.errors.PydanticUserError, NameError) as error:
            why = str(error).partition("\n")[0]
            raise InvalidRequestError(f"{name} cannot be a tool: {why}") from None
    made = [
        (field, hints[one.name])
        if one.default is _EMPTY
        else (field, Union[hints[one.name], msgspec.UnsetType], msgspec.UNSET)  # noqa: UP007 - a type that is a value
        for field, one in fields.items()
    ]
    return msgspec.defstruct(name, made, kw_only=True, forbid_unknown_fields=True, rename=told)


def _is_pydantics(hint: Any) -> bool:  # noqa: ANN401 - any annotation
    if is_pydantic_model(hint) or is_pydantic_dataclass(hint):
        return True
    # A type of its own, such as HttpUrl, or a note of its own, such as a Field.
    if (hint if isinstance(hint, type) else type(hint)).__module__.partition(".")[0] == "pydantic":
        return True
    return any(map(_is_pydantics, [*get_args(hint), *getattr(hint, "__metadata__", ())]))


def _sentences(hints: Json, said: dict[str, str]) -> dict[str, str]:
    """What is said of each parameter: beside its type, else in the docstring."""
    found = dict(said)
    for name, hint in hints.items():
        for note in getattr(hint, "__metadata__", ()):
            # A text, or what PEP 727 calls Doc; msgspec's and pydantic's own are in the schema already.
            words = note if isinstance(note, str) else getattr(note, "documentation", None)
            if isinstance(words, str):
                found[name] = words
    return found


def _schema(  # noqa: PLR0913 - what is known of a function's parameters
    name: str,
    kind: Any,  # noqa: ANN401 - a class
    parameters: list[inspect.Parameter],
    hints: Json,
    said: dict[str, str],
    *,
    exact: bool,
) -> Json:
    try:
        schema = json_schema(kind)
    except InvalidRequestError:
        raise _formless(name, {one.name: hints[one.name] for one in parameters}) from None
    schema.pop("title", None)
    for one in parameters:
        if one.name not in schema["properties"]:
            raise InvalidRequestError(
                f"{name} cannot be a tool: its parameter {one.name} has another name in its Field"
            )
        # A copy: what refers to a class may be shared.
        schema["properties"][one.name] = dict(schema["properties"][one.name])
        described: Json = schema["properties"][one.name]
        described.pop("title", None)
        if one.name in said:
            described.setdefault("description", said[one.name])
        if one.default is not _EMPTY and one.default is not None:
            described.setdefault("default", msgspec.to_builtins(one.default, enc_hook=plain_or_text))
        default = described.get("default")
        if isinstance(default, float) and not math.isfinite(default):
            # JSON has no number for it: a model is only told that it may leave the parameter out.
            del described["default"]
    return strict(schema) if exact else schema


def _formless(name: str, hints: Json) -> InvalidRequestError:
    """What is said of parameters of which one is of a type that JSON has no form for."""
    for parameter, hint in hints.items():
        try:
            json_schema(hint)
        except InvalidRequestError:
            # Of pydantic's own types only pydantic knows the form.
            if not _is_pydantics(hint):
                what = f"{hint!r}, the type of its parameter {parameter}"
                return InvalidRequestError(f"{name} cannot be a tool: JSON has no form for {what}")
    return InvalidRequestError(f"{name} cannot be a tool: its parameters have no JSON Schema")
