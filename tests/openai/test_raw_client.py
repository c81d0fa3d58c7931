"""`with_raw_response` of a client and of its `chat`."""

import asyncio

from answers import document
from openai_asking import ASKED, asking, awaiting
from scripted import READ, answer

MODELS = answer(b'{"object":"list","data":[]}')


def test_every_method_is_there():
    with asking(READ, document(), READ, document(), READ, MODELS, READ, MODELS) as (_, client):
        raws = [
            client.with_raw_response.chat.completions.create(**ASKED),
            client.chat.with_raw_response.completions.create(**ASKED),
            client.with_raw_response.models.list(),
            client.with_raw_response.embeddings.create(input="x", model="e"),
        ]

    assert [raw.status_code for raw in raws] == [200] * 4


def test_the_same_asynchronously():
    async def use(client):
        raws = [
            await client.with_raw_response.chat.completions.create(**ASKED),
            await client.chat.with_raw_response.completions.create(**ASKED),
            await client.with_raw_response.models.list(),
            await client.with_raw_response.embeddings.create(input="x", model="e"),
        ]
        return [raw.status_code for raw in raws]

    assert asyncio.run(awaiting(use, READ, document(), READ, document(), READ, MODELS, READ, MODELS)) == [200] * 4
