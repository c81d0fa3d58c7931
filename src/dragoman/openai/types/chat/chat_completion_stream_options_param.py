"""`ChatCompletionStreamOptionsParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionStreamOptionsParam

__all__ = ["ChatCompletionStreamOptionsParam"]
