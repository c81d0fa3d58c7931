"""`ChatCompletionUserMessageParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionUserMessageParam

__all__ = ["ChatCompletionUserMessageParam"]
