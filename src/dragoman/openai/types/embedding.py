"""Embeddings: what was asked for as vectors. Types; no I/O."""

from dragoman.openai.shape import Answered, BaseModel


class Embedding(BaseModel):
    """One text as a vector."""

    embedding: list[float]
    """The vector; the text that the server sent where the request asked for base64 itself."""
    index: int
    """Which of the request's texts."""
    object: str
    """`embedding`."""


class Usage(BaseModel):
    """How many tokens the texts were."""

    prompt_tokens: int
    """Tokens of the texts."""
    total_tokens: int
    """Tokens of the request."""


class CreateEmbeddingResponse(Answered):
    """The vectors of a request."""

    data: list[Embedding]
    """One for each text."""
    model: str
    """Which model made them."""
    object: str
    """`list`."""
    usage: Usage
    """How many tokens it used."""
