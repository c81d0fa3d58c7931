"""`ChatCompletionSystemMessageParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionSystemMessageParam

__all__ = ["ChatCompletionSystemMessageParam"]
