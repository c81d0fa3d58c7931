"""`ChatCompletionToolParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionToolParam

__all__ = ["ChatCompletionToolParam"]
