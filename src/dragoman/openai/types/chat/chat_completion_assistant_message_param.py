"""`ChatCompletionAssistantMessageParam` where the original has it. Types; no I/O."""

from dragoman.openai.types.chat.params import ChatCompletionAssistantMessageParam
from dragoman.wire.message import AssistantPart as ContentArrayOfContentPart
from dragoman.wire.message import SpokenReference as Audio
from dragoman.wire.tool import CalledFunction as FunctionCall

__all__ = ["Audio", "ChatCompletionAssistantMessageParam", "ContentArrayOfContentPart", "FunctionCall"]
