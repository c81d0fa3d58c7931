"""`ReasoningEffort` where the original has it. Types; no I/O."""

from dragoman.openai.types.names import ReasoningEffort

__all__ = ["ReasoningEffort"]
