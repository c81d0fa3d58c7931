"""`ResponseFormatJSONSchema` where the original has it. Types; no I/O."""

from dragoman.wire.request import SchemaDefinition as JSONSchema
from dragoman.wire.request import SchemaFormat as ResponseFormatJSONSchema

__all__ = ["JSONSchema", "ResponseFormatJSONSchema"]
