"""The types of requests, under the names that programs import them by: the wire's own. Types; no I/O."""

from dragoman.wire.message import AssistantMessage as ChatCompletionAssistantMessageParam
from dragoman.wire.message import AudioPart as ChatCompletionContentPartInputAudioParam
from dragoman.wire.message import DeveloperMessage as ChatCompletionDeveloperMessageParam
from dragoman.wire.message import FunctionMessage as ChatCompletionFunctionMessageParam
from dragoman.wire.message import ImagePart as ChatCompletionContentPartImageParam
from dragoman.wire.message import Part as ChatCompletionContentPartParam
from dragoman.wire.message import RefusalPart as ChatCompletionContentPartRefusalParam
from dragoman.wire.message import RequestMessage as ChatCompletionMessageParam
from dragoman.wire.message import SystemMessage as ChatCompletionSystemMessageParam
from dragoman.wire.message import TextPart as ChatCompletionContentPartTextParam
from dragoman.wire.message import ToolMessage as ChatCompletionToolMessageParam
from dragoman.wire.message import UserMessage as ChatCompletionUserMessageParam
from dragoman.wire.request import AudioOutput as ChatCompletionAudioParam
from dragoman.wire.request import ChatRequest as CompletionCreateParams
from dragoman.wire.request import Prediction as ChatCompletionPredictionContentParam
from dragoman.wire.request import StreamOptions as ChatCompletionStreamOptionsParam
from dragoman.wire.tool import AllowedTools as ChatCompletionAllowedToolChoiceParam
from dragoman.wire.tool import AllowedToolSet as ChatCompletionAllowedToolsParam
from dragoman.wire.tool import CustomTool as ChatCompletionCustomToolParam
from dragoman.wire.tool import CustomToolCall as ChatCompletionMessageCustomToolCallParam
from dragoman.wire.tool import FunctionName as ChatCompletionFunctionCallOptionParam
from dragoman.wire.tool import FunctionTool as ChatCompletionFunctionToolParam
from dragoman.wire.tool import FunctionToolCall as ChatCompletionMessageFunctionToolCallParam
from dragoman.wire.tool import NamedCustom as ChatCompletionNamedToolChoiceCustomParam
from dragoman.wire.tool import NamedFunction as ChatCompletionNamedToolChoiceParam
from dragoman.wire.tool import RequestToolCall as ChatCompletionMessageToolCallUnionParam
from dragoman.wire.tool import Tool as ChatCompletionToolUnionParam
from dragoman.wire.tool import ToolChoice as ChatCompletionToolChoiceOptionParam

CreateChatCompletionRequestMessageParam = ChatCompletionMessageParam
"""A message of a request; the original has two names for it."""

ChatCompletionMessageToolCallParam = ChatCompletionMessageFunctionToolCallParam
"""A call of a function; the original had this name for it before there were other tools."""

ChatCompletionToolParam = ChatCompletionFunctionToolParam
"""A function as a tool."""

ChatCompletionRole = str
"""Who says a message."""

ChatCompletionModality = str
"""`text` or `audio`."""

ChatCompletionReasoningEffort = str
"""How long a reasoning model may think."""

__all__ = [
    "ChatCompletionAllowedToolChoiceParam",
    "ChatCompletionAllowedToolsParam",
    "ChatCompletionAssistantMessageParam",
    "ChatCompletionAudioParam",
    "ChatCompletionContentPartImageParam",
    "ChatCompletionContentPartInputAudioParam",
    "ChatCompletionContentPartParam",
    "ChatCompletionContentPartRefusalParam",
    "ChatCompletionContentPartTextParam",
    "ChatCompletionCustomToolParam",
    "ChatCompletionDeveloperMessageParam",
    "ChatCompletionFunctionCallOptionParam",
    "ChatCompletionFunctionMessageParam",
    "ChatCompletionFunctionToolParam",
    "ChatCompletionMessageCustomToolCallParam",
    "ChatCompletionMessageFunctionToolCallParam",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageToolCallParam",
    "ChatCompletionMessageToolCallUnionParam",
    "ChatCompletionModality",
    "ChatCompletionNamedToolChoiceCustomParam",
    "ChatCompletionNamedToolChoiceParam",
    "ChatCompletionPredictionContentParam",
    "ChatCompletionReasoningEffort",
    "ChatCompletionRole",
    "ChatCompletionStreamOptionsParam",
    "ChatCompletionSystemMessageParam",
    "ChatCompletionToolChoiceOptionParam",
    "ChatCompletionToolMessageParam",
    "ChatCompletionToolParam",
    "ChatCompletionToolUnionParam",
    "ChatCompletionUserMessageParam",
    "CompletionCreateParams",
    "CreateChatCompletionRequestMessageParam",
]
