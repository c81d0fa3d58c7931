"""Tools in a request: what may be called, what must be, and what was called before. Types; no I/O.

Field by field the tool schemas of OpenAI's published API document. Every optional field may be null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

Name = Annotated[
    str, Meta(pattern="^[a-zA-Z0-9_-]{1,64}$", description="1 to 64 letters, digits, underscores or dashes")
]
"""1 to 64 letters, digits, underscores or dashes."""


class FunctionDefinition(TypedDict):
    """A function the model may call."""

    name: Name
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


class TextInput(TypedDict):
    """Any text."""

    type: Literal["text"]
    """`text`."""


class Grammar(TypedDict):
    """What a text has to look like."""

    definition: str
    """The grammar."""
    syntax: str
    """`lark` or `regex`: what it is written in."""


class GrammarInput(TypedDict):
    """Text that a grammar allows."""

    type: Literal["grammar"]
    """`grammar`."""
    grammar: Grammar
    """The grammar."""


class CustomDefinition(TypedDict):
    """A tool that takes free text."""

    name: str
    """The tool's name."""
    description: NotRequired[str | None]
    """What it does."""
    format: NotRequired[TextInput | GrammarInput | None]
    """Any text, or what a grammar allows; default any."""


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
    type: NotRequired[Literal["function"] | None]
    """`function`; meant where a vendor's answer, repeated here as it came, does not say."""
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
