"""`ChatCompletionFunctionCallOptionParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionFunctionCallOptionParam

__all__ = ["ChatCompletionFunctionCallOptionParam"]
