"""Types that several parts of the API have, under the names that programs import them by. Types; no I/O."""

from dragoman.openai.types.names import ChatModel, FunctionParameters, Metadata, ReasoningEffort
from dragoman.wire.request import JsonFormat as ResponseFormatJSONObject
from dragoman.wire.request import SchemaFormat as ResponseFormatJSONSchema
from dragoman.wire.request import TextFormat as ResponseFormatText
from dragoman.wire.tool import FunctionDefinition

__all__ = [
    "ChatModel",
    "FunctionDefinition",
    "FunctionParameters",
    "Metadata",
    "ReasoningEffort",
    "ResponseFormatJSONObject",
    "ResponseFormatJSONSchema",
    "ResponseFormatText",
]
