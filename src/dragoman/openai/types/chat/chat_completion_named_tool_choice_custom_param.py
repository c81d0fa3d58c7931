"""`ChatCompletionNamedToolChoiceCustomParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionNamedToolChoiceCustomParam
from dragoman.wire.tool import FunctionName as Custom

__all__ = ["ChatCompletionNamedToolChoiceCustomParam", "Custom"]
