"""Calls that are made, in both colours."""

import asyncio

import pytest

from answers import STREAM, document
from dragoman.errors import StatusError
from dragoman.openai import APIStatusError, NotFoundError
from openai_asking import ASKED, asking, awaiting
from scripted import READ, answer

GONE = answer(b'{"error":{"message":"no sk-planted"}}', "404 No")


@pytest.mark.parametrize("stream", [False, True])
def test_a_refusal_is_this_faces_error_with_ours_as_its_cause(stream):
    with asking(READ, GONE) as (_, client), pytest.raises(NotFoundError) as caught:
        client.chat.completions.create(**ASKED, stream=stream)

    assert isinstance(caught.value.__cause__, StatusError)
    assert "sk-planted" not in repr(caught.value) + str(caught.value.body) + str(vars(caught.value))


@pytest.mark.parametrize("stream", [False, True])
def test_the_same_asynchronously(stream):
    async def use(client):
        with pytest.raises(APIStatusError) as caught:
            await client.chat.completions.create(**ASKED, stream=stream)
        return caught.value.status_code

    assert asyncio.run(awaiting(use, READ, GONE)) == 404


def test_a_key_is_asked_for_anew_for_each_call():
    keys = iter(["one", "two"])
    with asking(READ, document(), READ, STREAM, api_key=lambda: next(keys)) as (server, client):
        client.chat.completions.create(**ASKED)
        client.chat.completions.create(**ASKED, stream=True).close()

    assert [request.headers["authorization"] for request in server.requests] == ["Bearer one", "Bearer two"]


def test_a_key_may_have_to_be_awaited():
    async def key():
        return "awaited"

    async def use(client):
        return (await client.chat.completions.with_raw_response.create(**ASKED)).http_request.method

    async def main():
        return await awaiting(use, READ, document(), api_key=key), await awaiting(
            use, READ, document(), api_key=lambda: "plain"
        )

    assert asyncio.run(main()) == ("POST", "POST")
