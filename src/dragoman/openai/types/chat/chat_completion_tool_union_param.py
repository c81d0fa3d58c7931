"""`ChatCompletionToolUnionParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionToolUnionParam

__all__ = ["ChatCompletionToolUnionParam"]
