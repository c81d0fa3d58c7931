"""Every model of the chat API, the TypedDict of each, and the error."""

from atoma_sdk.models.error import (
    APIError,
)
from atoma_sdk.models.request import (
    ChatCompletionMessage,
    ChatCompletionMessageTypedDict,
    CreateChatCompletionRequest,
    CreateChatCompletionRequestTypedDict,
    CreateChatCompletionStreamRequest,
    CreateChatCompletionStreamRequestTypedDict,
    Security,
    SecurityTypedDict,
)
from atoma_sdk.models.response import (
    ChatCompletionChoice,
    ChatCompletionChoiceTypedDict,
    ChatCompletionChunk,
    ChatCompletionChunkChoice,
    ChatCompletionChunkChoiceTypedDict,
    ChatCompletionChunkDelta,
    ChatCompletionChunkDeltaTypedDict,
    ChatCompletionChunkTypedDict,
    ChatCompletionResponse,
    ChatCompletionResponseTypedDict,
    ChatCompletionStreamResponse,
    ChatCompletionStreamResponseTypedDict,
    CompletionUsage,
    CompletionUsageTypedDict,
    Usage,
    UsageTypedDict,
)
from dragoman.face.files import also

also(
    __name__,
    "apierror",
    "chatcompletionchoice",
    "chatcompletionchunk",
    "chatcompletionchunkchoice",
    "chatcompletionchunkdelta",
    "chatcompletionmessage",
    "chatcompletionresponse",
    "chatcompletionstreamresponse",
    "completionusage",
    "createchatcompletionrequest",
    "createchatcompletionstreamrequest",
    "security",
    "usage",
)

__all__ = [
    "APIError",
    "ChatCompletionChoice",
    "ChatCompletionChoiceTypedDict",
    "ChatCompletionChunk",
    "ChatCompletionChunkChoice",
    "ChatCompletionChunkChoiceTypedDict",
    "ChatCompletionChunkDelta",
    "ChatCompletionChunkDeltaTypedDict",
    "ChatCompletionChunkTypedDict",
    "ChatCompletionMessage",
    "ChatCompletionMessageTypedDict",
    "ChatCompletionResponse",
    "ChatCompletionResponseTypedDict",
    "ChatCompletionStreamResponse",
    "ChatCompletionStreamResponseTypedDict",
    "CompletionUsage",
    "CompletionUsageTypedDict",
    "CreateChatCompletionRequest",
    "CreateChatCompletionRequestTypedDict",
    "CreateChatCompletionStreamRequest",
    "CreateChatCompletionStreamRequestTypedDict",
    "Security",
    "SecurityTypedDict",
    "Usage",
    "UsageTypedDict",
]
