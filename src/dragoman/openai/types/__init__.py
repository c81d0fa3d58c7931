"""The types of requests and answers, under the names that programs import them by. Types; no I/O."""

from typing import TYPE_CHECKING

from dragoman.openai.lazy import lazily

if TYPE_CHECKING:
    from dragoman.openai.types import chat
    from dragoman.openai.types.completion_usage import CompletionTokensDetails, CompletionUsage, PromptTokensDetails
    from dragoman.openai.types.embedding import CreateEmbeddingResponse, Embedding
    from dragoman.openai.types.model import Model
    from dragoman.wire.tool import FunctionDefinition

ChatModel = str
"""A chat model's name."""

EmbeddingModel = str
"""An embedding model's name."""

Metadata = dict[str, str]
"""What to find a stored answer by."""

ReasoningEffort = str
"""How long a reasoning model may think."""

__all__ = [
    "ChatModel",
    "CompletionTokensDetails",
    "CompletionUsage",
    "CreateEmbeddingResponse",
    "Embedding",
    "EmbeddingModel",
    "FunctionDefinition",
    "Metadata",
    "Model",
    "PromptTokensDetails",
    "ReasoningEffort",
    "chat",
]

__getattr__ = lazily(
    __name__,
    {
        "dragoman.openai.types.completion_usage": "CompletionTokensDetails CompletionUsage PromptTokensDetails",
        "dragoman.openai.types.embedding": "CreateEmbeddingResponse Embedding",
        "dragoman.openai.types.model": "Model",
        "dragoman.wire.tool": "FunctionDefinition",
    },
    ("chat",),
)


def __dir__() -> list[str]:
    """The public names, also those not imported yet."""
    return __all__
