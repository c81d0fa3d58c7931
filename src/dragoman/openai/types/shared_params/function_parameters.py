"""`FunctionParameters` where the original has it. Types; no I/O."""

from dragoman.openai.types.names import FunctionParameters

__all__ = ["FunctionParameters"]
