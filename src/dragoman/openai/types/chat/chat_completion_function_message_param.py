"""`ChatCompletionFunctionMessageParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionFunctionMessageParam

__all__ = ["ChatCompletionFunctionMessageParam"]
