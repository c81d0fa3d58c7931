"""`CreateEmbeddingResponse` where the original has it. Types; no I/O."""

from dragoman.openai.types.embedding import CreateEmbeddingResponse, Usage

__all__ = ["CreateEmbeddingResponse", "Usage"]
