"""`ChatCompletionMessageParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionMessageParam

__all__ = ["ChatCompletionMessageParam"]
