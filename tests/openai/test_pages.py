"""Lists."""

import asyncio
import json

from dragoman.openai.pages import AsyncPage, AsyncPaginator, SyncPage
from dragoman.openai.types import Model

CARD = {"id": "m", "object": "model", "created": 1, "owned_by": "o"}


def page(cls):
    return cls([Model.received(dict(CARD))], "list", {"x-request-id": "r"})


def test_a_page_is_walked_through_and_is_the_only_one():
    made = page(SyncPage)

    assert [model.id for model in made] == ["m"]
    assert [*made.iter_pages()] == [made]
    assert not made.has_next_page()
    assert made.next_page_info() is None
    assert made._request_id == "r"


def test_a_page_is_dumped_like_a_model():
    made = page(SyncPage)

    assert made.to_dict() == {"data": [CARD], "object": "list"}
    assert made.model_dump()["data"] == [CARD | {"shutdown_date": None}]
    assert json.loads(made.to_json()) == made.to_dict()
    assert json.loads(made.model_dump_json(exclude_none=True)) == made.to_dict(mode="json")
    assert repr(made).startswith("SyncPage(data=[Model(id='m', ")


def test_an_asynchronous_page_is_asked_for_when_it_is_walked_through():
    asked = []

    async def ask():
        asked.append(True)
        return page(AsyncPage)

    async def main():
        paginator = AsyncPaginator(ask)
        assert not asked
        ids = [model.id async for model in paginator]
        only = await paginator
        return ids, [each async for each in only.iter_pages()] == [only]

    assert asyncio.run(main()) == (["m"], True)
    assert len(asked) == 2
