"""`ChatCompletionMessageToolCallUnionParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionMessageToolCallUnionParam

__all__ = ["ChatCompletionMessageToolCallUnionParam"]
