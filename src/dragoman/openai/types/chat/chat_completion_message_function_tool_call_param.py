"""`ChatCompletionMessageFunctionToolCallParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionMessageFunctionToolCallParam
from dragoman.wire.tool import CalledFunction as Function

__all__ = ["ChatCompletionMessageFunctionToolCallParam", "Function"]
