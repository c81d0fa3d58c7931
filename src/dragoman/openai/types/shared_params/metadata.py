"""`Metadata` where the original has it. Types; no I/O."""

from dragoman.openai.types.names import Metadata

__all__ = ["Metadata"]
