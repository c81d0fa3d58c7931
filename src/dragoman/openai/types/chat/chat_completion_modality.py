"""`ChatCompletionModality` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionModality

__all__ = ["ChatCompletionModality"]
