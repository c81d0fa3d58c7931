"""OpenAI's Python surface on dragoman: change the import line, and a program that uses `openai` for chat runs.

    from dragoman.openai import OpenAI

    client = OpenAI()
    completion = client.chat.completions.create(model="…", messages=[{"role": "user", "content": "Hello"}])
    print(completion.choices[0].message.content)

What is here, and what is different, stands in `docs/openai.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.openai.lazy import lazily

if TYPE_CHECKING:
    from dragoman.openai import types
    from dragoman.openai.answer import APIResponse
    from dragoman.openai.chat_stream import AsyncChatCompletionStream, ChatCompletionStream
    from dragoman.openai.client import AsyncClient, AsyncOpenAI, Client, OpenAI
    from dragoman.openai.errors import (
        APIConnectionError,
        APIError,
        APIResponseValidationError,
        APIStatusError,
        APITimeoutError,
        AuthenticationError,
        BadRequestError,
        ConflictError,
        ContentFilterFinishReasonError,
        InternalServerError,
        LengthFinishReasonError,
        NotFoundError,
        OpenAIError,
        PermissionDeniedError,
        RateLimitError,
        UnprocessableEntityError,
    )
    from dragoman.openai.httpclients import (
        DefaultAsyncHttpx2Client,
        DefaultAsyncHttpxClient,
        DefaultHttpx2Client,
        DefaultHttpxClient,
    )
    from dragoman.openai.limits import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT, Timeout
    from dragoman.openai.omitted import NOT_GIVEN, NotGiven, Omit, not_given, omit
    from dragoman.openai.shape import BaseModel
    from dragoman.openai.stream import AsyncStream, Stream
    from dragoman.openai.streaming import ChatCompletionStreamState
    from dragoman.openai.tools import pydantic_function_tool

__all__ = [
    "DEFAULT_MAX_RETRIES",
    "DEFAULT_TIMEOUT",
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APIResponse",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncChatCompletionStream",
    "AsyncClient",
    "AsyncOpenAI",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "BaseModel",
    "ChatCompletionStream",
    "ChatCompletionStreamState",
    "Client",
    "ConflictError",
    "ContentFilterFinishReasonError",
    "DefaultAsyncHttpx2Client",
    "DefaultAsyncHttpxClient",
    "DefaultHttpx2Client",
    "DefaultHttpxClient",
    "InternalServerError",
    "LengthFinishReasonError",
    "NotFoundError",
    "NotGiven",
    "Omit",
    "OpenAI",
    "OpenAIError",
    "PermissionDeniedError",
    "RateLimitError",
    "Stream",
    "Timeout",
    "UnprocessableEntityError",
    "__version__",
    "not_given",
    "omit",
    "pydantic_function_tool",
    "types",
]

__version__ = "3.52.0"
"""Of the original, whose surface this is: programs ask for it to know what they may call."""

__getattr__ = lazily(
    __name__,
    {
        "dragoman.openai.answer": "APIResponse",
        "dragoman.openai.chat_stream": "AsyncChatCompletionStream ChatCompletionStream",
        "dragoman.openai.client": "AsyncClient AsyncOpenAI Client OpenAI",
        "dragoman.openai.errors": (
            "APIConnectionError APIError APIResponseValidationError APIStatusError APITimeoutError "
            "AuthenticationError BadRequestError ConflictError ContentFilterFinishReasonError "
            "InternalServerError LengthFinishReasonError NotFoundError OpenAIError PermissionDeniedError "
            "RateLimitError UnprocessableEntityError"
        ),
        "dragoman.openai.httpclients": (
            "DefaultAsyncHttpx2Client DefaultAsyncHttpxClient DefaultHttpx2Client DefaultHttpxClient"
        ),
        "dragoman.openai.limits": "DEFAULT_MAX_RETRIES DEFAULT_TIMEOUT Timeout",
        "dragoman.openai.omitted": "NOT_GIVEN NotGiven Omit not_given omit",
        "dragoman.openai.shape": "BaseModel",
        "dragoman.openai.stream": "AsyncStream Stream",
        "dragoman.openai.streaming": "ChatCompletionStreamState",
        "dragoman.openai.tools": "pydantic_function_tool",
    },
    ("types",),
)


def __dir__() -> list[str]:
    """The public names, also those not imported yet."""
    return __all__
