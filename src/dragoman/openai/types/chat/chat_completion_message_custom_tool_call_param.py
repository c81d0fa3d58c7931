"""`ChatCompletionMessageCustomToolCallParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionMessageCustomToolCallParam
from dragoman.wire.tool import CalledCustom as Custom

__all__ = ["ChatCompletionMessageCustomToolCallParam", "Custom"]
