"""`ChatCompletionNamedToolChoiceParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionNamedToolChoiceParam
from dragoman.wire.tool import FunctionName as Function

__all__ = ["ChatCompletionNamedToolChoiceParam", "Function"]
