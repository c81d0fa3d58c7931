"""The types of chat completions, under the names that programs import them by. Types; no I/O.

Those of answers are models; those of requests, whose names end in `Param`, are the wire's own TypedDicts.
"""

from typing import TYPE_CHECKING

from dragoman.openai.lazy import lazily

if TYPE_CHECKING:
    from dragoman.openai.types.chat.chat_completion import (
        ChatCompletion,
        ChatCompletionTokenLogprob,
    )
    from dragoman.openai.types.chat.chat_completion_chunk import (
        ChatCompletionChunk,
    )
    from dragoman.openai.types.chat.chat_completion_message import (
        ChatCompletionAudio,
        ChatCompletionMessage,
        ChatCompletionMessageCustomToolCall,
        ChatCompletionMessageFunctionToolCall,
        ChatCompletionMessageToolCall,
        ChatCompletionMessageToolCallUnion,
    )
    from dragoman.openai.types.chat.params import (
        ChatCompletionAllowedToolChoiceParam,
        ChatCompletionAllowedToolsParam,
        ChatCompletionAssistantMessageParam,
        ChatCompletionAudioParam,
        ChatCompletionContentPartImageParam,
        ChatCompletionContentPartInputAudioParam,
        ChatCompletionContentPartParam,
        ChatCompletionContentPartRefusalParam,
        ChatCompletionContentPartTextParam,
        ChatCompletionCustomToolParam,
        ChatCompletionDeveloperMessageParam,
        ChatCompletionFunctionCallOptionParam,
        ChatCompletionFunctionMessageParam,
        ChatCompletionFunctionToolParam,
        ChatCompletionMessageCustomToolCallParam,
        ChatCompletionMessageFunctionToolCallParam,
        ChatCompletionMessageParam,
        ChatCompletionMessageToolCallParam,
        ChatCompletionMessageToolCallUnionParam,
        ChatCompletionModality,
        ChatCompletionNamedToolChoiceCustomParam,
        ChatCompletionNamedToolChoiceParam,
        ChatCompletionPredictionContentParam,
        ChatCompletionReasoningEffort,
        ChatCompletionRole,
        ChatCompletionStreamOptionsParam,
        ChatCompletionSystemMessageParam,
        ChatCompletionToolChoiceOptionParam,
        ChatCompletionToolMessageParam,
        ChatCompletionToolParam,
        ChatCompletionToolUnionParam,
        ChatCompletionUserMessageParam,
        CompletionCreateParams,
        CreateChatCompletionRequestMessageParam,
    )
    from dragoman.openai.types.chat.parsed_chat_completion import (
        ParsedChatCompletion,
        ParsedChatCompletionMessage,
        ParsedChoice,
        ParsedFunction,
        ParsedFunctionToolCall,
    )

__all__ = [
    "ChatCompletion",
    "ChatCompletionAllowedToolChoiceParam",
    "ChatCompletionAllowedToolsParam",
    "ChatCompletionAssistantMessageParam",
    "ChatCompletionAudio",
    "ChatCompletionAudioParam",
    "ChatCompletionChunk",
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
    "ChatCompletionMessage",
    "ChatCompletionMessageCustomToolCall",
    "ChatCompletionMessageCustomToolCallParam",
    "ChatCompletionMessageFunctionToolCall",
    "ChatCompletionMessageFunctionToolCallParam",
    "ChatCompletionMessageParam",
    "ChatCompletionMessageToolCall",
    "ChatCompletionMessageToolCallParam",
    "ChatCompletionMessageToolCallUnion",
    "ChatCompletionMessageToolCallUnionParam",
    "ChatCompletionModality",
    "ChatCompletionNamedToolChoiceCustomParam",
    "ChatCompletionNamedToolChoiceParam",
    "ChatCompletionPredictionContentParam",
    "ChatCompletionReasoningEffort",
    "ChatCompletionRole",
    "ChatCompletionStreamOptionsParam",
    "ChatCompletionSystemMessageParam",
    "ChatCompletionTokenLogprob",
    "ChatCompletionToolChoiceOptionParam",
    "ChatCompletionToolMessageParam",
    "ChatCompletionToolParam",
    "ChatCompletionToolUnionParam",
    "ChatCompletionUserMessageParam",
    "CompletionCreateParams",
    "CreateChatCompletionRequestMessageParam",
    "ParsedChatCompletion",
    "ParsedChatCompletionMessage",
    "ParsedChoice",
    "ParsedFunction",
    "ParsedFunctionToolCall",
]

__getattr__ = lazily(
    __name__,
    {
        "dragoman.openai.types.chat.chat_completion": "ChatCompletion ChatCompletionTokenLogprob",
        "dragoman.openai.types.chat.chat_completion_chunk": "ChatCompletionChunk",
        "dragoman.openai.types.chat.chat_completion_message": (
            "ChatCompletionAudio ChatCompletionMessage ChatCompletionMessageCustomToolCall "
            "ChatCompletionMessageFunctionToolCall ChatCompletionMessageToolCall "
            "ChatCompletionMessageToolCallUnion"
        ),
        "dragoman.openai.types.chat.params": (
            "ChatCompletionAllowedToolChoiceParam ChatCompletionAllowedToolsParam "
            "ChatCompletionAssistantMessageParam ChatCompletionAudioParam "
            "ChatCompletionContentPartImageParam ChatCompletionContentPartInputAudioParam "
            "ChatCompletionContentPartParam ChatCompletionContentPartRefusalParam "
            "ChatCompletionContentPartTextParam ChatCompletionCustomToolParam "
            "ChatCompletionDeveloperMessageParam ChatCompletionFunctionCallOptionParam "
            "ChatCompletionFunctionMessageParam ChatCompletionFunctionToolParam "
            "ChatCompletionMessageCustomToolCallParam ChatCompletionMessageFunctionToolCallParam "
            "ChatCompletionMessageParam ChatCompletionMessageToolCallParam "
            "ChatCompletionMessageToolCallUnionParam ChatCompletionModality "
            "ChatCompletionNamedToolChoiceCustomParam ChatCompletionNamedToolChoiceParam "
            "ChatCompletionPredictionContentParam ChatCompletionReasoningEffort ChatCompletionRole "
            "ChatCompletionStreamOptionsParam ChatCompletionSystemMessageParam "
            "ChatCompletionToolChoiceOptionParam ChatCompletionToolMessageParam ChatCompletionToolParam "
            "ChatCompletionToolUnionParam ChatCompletionUserMessageParam CompletionCreateParams "
            "CreateChatCompletionRequestMessageParam"
        ),
        "dragoman.openai.types.chat.parsed_chat_completion": (
            "ParsedChatCompletion ParsedChatCompletionMessage ParsedChoice ParsedFunction ParsedFunctionToolCall"
        ),
    },
)


def __dir__() -> list[str]:
    """The public names, also those not imported yet."""
    return __all__
