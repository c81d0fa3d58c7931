"""`ResponseFormatJSONObject` where the original has it. Types; no I/O."""

from dragoman.wire.request import JsonFormat as ResponseFormatJSONObject

__all__ = ["ResponseFormatJSONObject"]
