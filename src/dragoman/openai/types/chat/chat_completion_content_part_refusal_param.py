"""`ChatCompletionContentPartRefusalParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionContentPartRefusalParam

__all__ = ["ChatCompletionContentPartRefusalParam"]
