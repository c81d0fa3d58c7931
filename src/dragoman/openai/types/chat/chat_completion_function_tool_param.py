"""`ChatCompletionFunctionToolParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionFunctionToolParam

__all__ = ["ChatCompletionFunctionToolParam"]
