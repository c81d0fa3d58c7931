"""`ChatCompletionMessageToolCallParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionMessageToolCallParam
from dragoman.wire.tool import CalledFunction as Function

__all__ = ["ChatCompletionMessageToolCallParam", "Function"]
