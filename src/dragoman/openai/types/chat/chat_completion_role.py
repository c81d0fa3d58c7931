"""`ChatCompletionRole` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionRole

__all__ = ["ChatCompletionRole"]
