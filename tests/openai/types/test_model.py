"""Models that a server offers."""

from openai.types import Model as Original

from dragoman.openai.types.model import Model
from openai_shapes import same_fields


def test_the_fields_are_the_originals():
    assert same_fields(Model, Original)
