"""The names that programs import from `openai.types`."""

import pytest

from dragoman.openai import types


def test_every_name_is_there():
    for name in types.__all__:
        assert getattr(types, name) is not None
    assert dir(types) == sorted(types.__all__)
    with pytest.raises(AttributeError, match="Responses"):
        _ = types.Responses
