"""Names that are imported when they are first used."""

import sys
import types

import pytest

from dragoman.openai.lazy import lazily


@pytest.fixture
def package(monkeypatch):
    made = types.ModuleType("made_up")
    monkeypatch.setitem(sys.modules, "made_up", made)
    made.__getattr__ = lazily("made_up", {"json": "dumps loads", "math": "pi"}, ("inner",))
    return made


def test_a_name_comes_from_its_module_and_stays(package):
    assert package.pi == 3.141592653589793
    assert "pi" in vars(package)


def test_a_package_inside_is_a_name_too(package, monkeypatch):
    inner = types.ModuleType("made_up.inner")
    monkeypatch.setitem(sys.modules, "made_up.inner", inner)

    assert package.inner is inner


def test_any_other_name_is_missing(package):
    with pytest.raises(AttributeError, match="module 'made_up' has no attribute 'dump'"):
        _ = package.dump
