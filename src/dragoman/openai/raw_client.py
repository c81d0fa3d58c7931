"""`with_raw_response` of a client and of its `chat`, in both colours. Shells: they hold no decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dragoman.openai.client import AsyncChat, AsyncOpenAI, Chat, OpenAI


class RawChat:
    """Chat, answered with the headers.

    Attributes:
        completions: chat completions.
    """

    def __init__(self, chat: Chat) -> None:
        self.completions = chat.completions.with_raw_response


class RawClient:
    """A client whose methods are answered with the headers.

    Attributes:
        chat: chat completions.
        embeddings: texts to vectors.
        models: the models that the server offers.
    """

    def __init__(self, client: OpenAI) -> None:
        self.chat = RawChat(client.chat)
        self.embeddings = client.embeddings.with_raw_response
        self.models = client.models.with_raw_response


class AsyncRawChat:
    """Chat, answered with the headers.

    Attributes:
        completions: chat completions.
    """

    def __init__(self, chat: AsyncChat) -> None:
        self.completions = chat.completions.with_raw_response


class AsyncRawClient:
    """A client whose methods are answered with the headers.

    Attributes:
        chat: chat completions.
        embeddings: texts to vectors.
        models: the models that the server offers.
    """

    def __init__(self, client: AsyncOpenAI) -> None:
        self.chat = AsyncRawChat(client.chat)
        self.embeddings = client.embeddings.with_raw_response
        self.models = client.models.with_raw_response
