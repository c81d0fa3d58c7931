"""`ChatModel` where the original has it. Types; no I/O."""

from dragoman.openai.types.names import ChatModel

__all__ = ["ChatModel"]
