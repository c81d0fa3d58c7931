"""`FunctionDefinition` where the original has it. Types; no I/O."""

from dragoman.wire.tool import FunctionDefinition

__all__ = ["FunctionDefinition"]
