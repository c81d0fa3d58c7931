"""What every face's client does beside its calls."""

import asyncio

import pytest

from dragoman.face.sdk import SDK


class Called:
    """Stands where a face's calls are made; it is told when to close."""

    def __init__(self):
        self.closed = []

    def address(self):
        return "https://api.vendor.example/v1", "/chat/completions"

    def close(self):
        self.closed.append("close")

    async def aclose(self):
        self.closed.append("aclose")


class Vendor(SDK):
    ELSEWHERE = frozenset({"images"})

    def __init__(self):
        self._caller = Called()


def test_leaving_it_closes_it_in_either_colour():
    async def leave(client):
        async with client as same:
            assert same is client

    client = Vendor()
    with client as same:
        assert same is client
    asyncio.run(leave(client))

    assert client._caller.closed == ["close", "aclose"]


def test_it_says_where_it_points():
    assert repr(Vendor()) == "Vendor('https://api.vendor.example/v1')"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("images", "this face of Vendor covers chat; 'images' is not served here"),
        ("chta", "'Vendor' object has no attribute 'chta'"),
    ],
)
def test_what_it_does_not_have_is_told_apart_from_what_nobody_has(name, sentence):
    with pytest.raises(AttributeError, match=sentence):
        getattr(Vendor(), name)
