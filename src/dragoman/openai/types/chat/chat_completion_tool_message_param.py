"""`ChatCompletionToolMessageParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionToolMessageParam

__all__ = ["ChatCompletionToolMessageParam"]
