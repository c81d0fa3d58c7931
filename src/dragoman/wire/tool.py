"""Tools in a request: what may be called, what must be, and what was called before. Types; no I/O.

Field by field the tool schemas of OpenAI's published API document. Every optional field may be null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict


class FunctionDefinition(TypedDict):
    """A function the model may call."""

    name: str
    """Letters, digits, underscores and dashes; at most 64."""
    description: NotRequired[str | None]
    """What it does: how the model decides whether to call it."""
    parameters: NotRequired[Mapping[str, Any] | None]
    """Its arguments as a JSON Schema object; left out, it takes none."""
    strict: NotRequired[bool | None]
    """Whether the arguments must match the schema exactly; default false."""


class FunctionTool(TypedDict):
    """A function, as a tool."""

    type: Literal["function"]
    """`function`."""
    function: FunctionDefinition
    """The function."""


class CustomDefinition(TypedDict):
    """A tool that takes free text."""

    name: str
    """The tool's name."""
    description: NotRequired[str | None]
    """What it does."""
    format: NotRequired[Mapping[str, Any] | None]
    """`{"type": "text"}`, or a grammar the input has to match."""


class CustomTool(TypedDict):
    """A tool that takes free text instead of JSON."""

    type: Literal["custom"]
    """`custom`."""
    custom: CustomDefinition
    """The tool."""


Tool = FunctionTool | CustomTool
"""What the model may call."""


class FunctionName(TypedDict):
    """A function, by its name."""

    name: str
    """The name."""


class NamedFunction(TypedDict):
    """The function the model has to call."""

    type: Literal["function"]
    """`function`."""
    function: FunctionName
    """Which."""


class NamedCustom(TypedDict):
    """The custom tool the model has to call."""

    type: Literal["custom"]
    """`custom`."""
    custom: FunctionName
    """Which."""


class AllowedToolSet(TypedDict):
    """Some of the request's tools."""

    mode: Literal["auto", "required"]
    """Whether the model may or has to call one of them."""
    tools: Sequence[NamedFunction | NamedCustom]
    """Which."""


class AllowedTools(TypedDict):
    """Let the model choose among some of the request's tools only."""

    type: Literal["allowed_tools"]
    """`allowed_tools`."""
    allowed_tools: AllowedToolSet
    """Which."""


ToolChoice = Literal["none", "auto", "required", "any"] | NamedFunction | NamedCustom | AllowedTools
"""Whether tools are called: not at all, as the model likes, at least one (`any` is Mistral's word), or this one."""


class CalledFunction(TypedDict):
    """A function the model called before."""

    name: str
    """Its name."""
    arguments: str
    """The arguments as JSON text, as the model wrote them."""


class CalledCustom(TypedDict):
    """A custom tool the model called before."""

    name: str
    """Its name."""
    input: str
    """The input, as the model wrote it."""


class FunctionToolCall(TypedDict):
    """A call of a function, in an assistant's message."""

    id: str
    """What the answering message names."""
    type: Literal["function"]
    """`function`."""
    function: CalledFunction
    """The call."""


class CustomToolCall(TypedDict):
    """A call of a custom tool, in an assistant's message."""

    id: str
    """What the answering message names."""
    type: Literal["custom"]
    """`custom`."""
    custom: CalledCustom
    """The call."""


RequestToolCall = FunctionToolCall | CustomToolCall
"""A call in an assistant's message, as a request repeats it."""
