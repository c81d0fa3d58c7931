"""`CompletionCreateParams` where the original has it. Types; no I/O."""

from typing import Literal

from dragoman.openai.types.chat.params import ChatCompletionFunctionCallOptionParam, CompletionCreateParams
from dragoman.wire.request import ChatRequest as CompletionCreateParamsBase
from dragoman.wire.request import ChatRequest as CompletionCreateParamsNonStreaming
from dragoman.wire.request import ChatRequest as CompletionCreateParamsStreaming
from dragoman.wire.request import Location as WebSearchOptionsUserLocationApproximate
from dragoman.wire.request import Moderation, ModerationPolicy, PromptCacheOptions, ResponseFormat, WebSearchOptions
from dragoman.wire.request import ModerationConfig as ModerationPolicyInput
from dragoman.wire.request import ModerationConfig as ModerationPolicyOutput
from dragoman.wire.request import UserLocation as WebSearchOptionsUserLocation
from dragoman.wire.tool import FunctionDefinition as Function

FunctionCall = Literal["none", "auto"] | ChatCompletionFunctionCallOptionParam
"""What the older form says of which function is to be called."""

__all__ = [
    "CompletionCreateParams",
    "CompletionCreateParamsBase",
    "CompletionCreateParamsNonStreaming",
    "CompletionCreateParamsStreaming",
    "Function",
    "FunctionCall",
    "Moderation",
    "ModerationPolicy",
    "ModerationPolicyInput",
    "ModerationPolicyOutput",
    "PromptCacheOptions",
    "ResponseFormat",
    "WebSearchOptions",
    "WebSearchOptionsUserLocation",
    "WebSearchOptionsUserLocationApproximate",
]
