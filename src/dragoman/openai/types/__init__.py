"""The types of requests and answers, under the names that programs import them by. Types; no I/O."""

from typing import TYPE_CHECKING

from dragoman.openai.lazy import lazily

if TYPE_CHECKING:
    from dragoman.openai.types import chat, shared, shared_params
    from dragoman.openai.types.completion_usage import CompletionTokensDetails, CompletionUsage, PromptTokensDetails
    from dragoman.openai.types.embedding import CreateEmbeddingResponse, Embedding
    from dragoman.openai.types.embedding_create_params import EmbeddingCreateParams
    from dragoman.openai.types.model import Model
    from dragoman.openai.types.names import ChatModel, EmbeddingModel, FunctionParameters, Metadata, ReasoningEffort
    from dragoman.openai.types.shared import (
        FunctionDefinition,
        ResponseFormatJSONObject,
        ResponseFormatJSONSchema,
        ResponseFormatText,
    )

__all__ = [
    "ChatModel",
    "CompletionTokensDetails",
    "CompletionUsage",
    "CreateEmbeddingResponse",
    "Embedding",
    "EmbeddingCreateParams",
    "EmbeddingModel",
    "FunctionDefinition",
    "FunctionParameters",
    "Metadata",
    "Model",
    "PromptTokensDetails",
    "ReasoningEffort",
    "ResponseFormatJSONObject",
    "ResponseFormatJSONSchema",
    "ResponseFormatText",
    "chat",
    "shared",
    "shared_params",
]

__getattr__ = lazily(
    __name__,
    {
        "dragoman.openai.types.completion_usage": "CompletionTokensDetails CompletionUsage PromptTokensDetails",
        "dragoman.openai.types.embedding": "CreateEmbeddingResponse Embedding",
        "dragoman.openai.types.embedding_create_params": "EmbeddingCreateParams",
        "dragoman.openai.types.model": "Model",
        "dragoman.openai.types.names": "ChatModel EmbeddingModel FunctionParameters Metadata ReasoningEffort",
        "dragoman.openai.types.shared": (
            "FunctionDefinition ResponseFormatJSONObject ResponseFormatJSONSchema ResponseFormatText"
        ),
    },
    ("chat", "shared", "shared_params"),
)


def __dir__() -> list[str]:
    """The public names, also those not imported yet."""
    return __all__
