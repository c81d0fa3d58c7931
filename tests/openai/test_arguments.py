"""The keyword arguments are the wire's own."""

from dragoman.openai.arguments import Arguments
from dragoman.openai.calls import OPTIONS, known


def test_there_is_one_definition_of_them():
    assert Arguments.__annotations__.keys() == known() | set(OPTIONS)
