"""`ResponseFormatText` where the original has it. Types; no I/O."""

from dragoman.wire.request import TextFormat as ResponseFormatText

__all__ = ["ResponseFormatText"]
