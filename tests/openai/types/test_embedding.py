"""Embeddings."""

import pytest
from openai.types import create_embedding_response
from openai.types.embedding import Embedding

from dragoman.openai.types import embedding
from openai_shapes import same_fields


@pytest.mark.parametrize(
    "original", [Embedding, create_embedding_response.Usage, create_embedding_response.CreateEmbeddingResponse]
)
def test_the_fields_are_the_originals(original):
    assert same_fields(getattr(embedding, original.__name__), original)


def test_a_vector_is_the_list_that_came():
    vector = [1.0] * 3
    made = embedding.CreateEmbeddingResponse.received({"data": [{"index": 0, "embedding": vector}]})

    assert made.data[0].embedding is vector
