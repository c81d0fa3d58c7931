"""`EmbeddingModel` where the original has it. Types; no I/O."""

from dragoman.openai.types.names import EmbeddingModel

__all__ = ["EmbeddingModel"]
