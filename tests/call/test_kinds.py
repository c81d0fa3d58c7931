"""Arguments of another kind than they have to be are refused in words, where they are given."""

import asyncio
import threading
from pathlib import Path

import httpx
import pytest

from dragoman import AsyncDragoman, ConfigurationError, Dragoman, InvalidRequestError
from dragoman.testing import Script, says
from dragoman.transport.httpx import HttpxTransport

URL = "http://model.test/v1"


def asked(**options):
    client = Dragoman(URL, model="m", transport=Script(otherwise=says("Monet.")))
    return client.chat.create(messages="Who?", **options)


@pytest.mark.parametrize(
    ("place", "param"),
    [
        (lambda: Dragoman(Path("weights.gguf")), "base_url"),
        (lambda: Dragoman(URL, headers=[("a", "b")]), "headers"),
        (lambda: Dragoman(URL, headers={1: "b"}), "headers"),
        (lambda: Dragoman(URL, hooks=print), "hooks"),
        (lambda: Dragoman(URL, hooks=[3]), "hooks"),
        (lambda: Dragoman(URL, limiter=5), "limiter"),
        (lambda: Dragoman(URL).with_options(headers="a: b"), "headers"),
        (lambda: asked(headers="a: b"), "headers"),
        (lambda: asked(extra_query="a=b"), "extra_query"),
        (lambda: asked(extra_body=[1]), "extra_body"),
        (lambda: asked(cancel=threading.Event()), "cancel"),
        (lambda: Dragoman(URL).chat.send([1]), "body"),
        (lambda: Dragoman(URL, model="m").chat.run(messages="Who?", tools=print), "tools"),
        (lambda: Dragoman(URL, model="m").chat.run(messages="Who?", tools=[], limits=5), "limits"),
    ],
)
def test_what_is_of_another_kind_is_refused_by_name(place, param):
    with pytest.raises(InvalidRequestError) as refused:
        place()
    assert refused.value.param == param


def test_mappings_of_other_libraries_are_headers():
    script = Script(says("Monet."))
    Dragoman(URL, model="m", transport=script, headers=httpx.Headers({"X-Own": "1"})).chat.create(messages="Who?")

    assert script.requests[0].headers["x-own"] == "1"


def test_a_transport_of_the_other_colour_is_refused():
    with pytest.raises(ConfigurationError, match="of AsyncDragoman, and not of Dragoman"):
        Dragoman(URL, transport=Script().asynchronous)
    with pytest.raises(ConfigurationError, match="give its `asynchronous`"):
        AsyncDragoman(URL, transport=Script())
    with httpx.Client() as theirs, pytest.raises(ConfigurationError, match="not of AsyncDragoman"):
        AsyncDragoman(URL, transport=HttpxTransport(theirs))
    with pytest.raises(ConfigurationError, match="not a str"):
        Dragoman(URL, transport="http")


def test_one_of_a_programs_own_may_return_what_is_awaited():
    class Own:
        def __init__(self, script):
            self._carried = script.asynchronous

        def send(self, request, until):
            return self._carried.send(request, until)

        def close(self):
            self._carried.close()

    async def main():
        client = AsyncDragoman(URL, model="m", transport=Own(Script(says("Monet."))))
        return (await client.chat.create(messages="Who?")).text

    assert asyncio.run(main()) == "Monet."
