"""`EmbeddingCreateParams` where the original has it. Types; no I/O."""

from dragoman.wire.embedding import EmbeddingRequest as EmbeddingCreateParams

__all__ = ["EmbeddingCreateParams"]
