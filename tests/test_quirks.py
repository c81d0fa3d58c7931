"""Each quirk of a vendor is right for a reader of chunks, of events and of the whole, in both colours."""

import asyncio

import pytest

from dragoman import AsyncDragoman, Dragoman, errors
from quirks import ANY, CUT, LATE, MESSAGES, QUIRKS, TOOLS, Told, is_right, vendor

CALL = {"model": "m", "messages": MESSAGES, "tools": TOOLS}
KINDS = {
    ANY: errors.APIError,
    CUT: errors.TruncatedError,
    LATE: errors.TimeLimitError,
    429: errors.RateLimitError,
    500: errors.ServerError,
    502: errors.ServerError,
}
PATIENCE = {LATE: 0.3}
IN_ONE_PIECE = [name for name, quirk in QUIRKS.items() if quirk.whole is not None]


def client_of(quirk, url):
    return Dragoman(url, retries=0, timeout=PATIENCE.get(quirk.error))


def took(told, chunk):
    """Take what a chunk's own fields say."""
    for choice in chunk.choices:
        told.said(choice.delta.content, choice.index)
        told.reasoning += choice.delta.reasoning_content or ""
        told.finished(choice.finish_reason, choice.index)
        for call in choice.delta.tool_calls or ():
            told.called(call.function.name, call.function.arguments)


def heard(told, event):
    """Take what an event says."""
    match event.type:
        case "text":
            told.said(event.text, event.index)
        case "reasoning":
            told.reasoning += event.text
        case "call":
            told.called(event.call.function.name, event.call.function.arguments)
        case "finish":
            told.finished(event.reason, event.index)
        case "usage":
            told.tokens = event.usage.total_tokens


def read(completion):
    """What a whole answer says."""
    told = Told()
    for choice in completion.choices:
        told.said(choice.message.content, choice.index)
        told.reasoning += choice.message.reasoning_content or ""
        told.finished(choice.finish_reason, choice.index)
        for call in choice.message.tool_calls or ():
            told.called(call.function.name, call.function.arguments)
    told.tokens = completion.usage.total_tokens if completion.usage else None
    return told


def chunks_of(client):
    told = Told()
    with client.chat.stream(**CALL) as stream:
        for chunk in stream:
            took(told, chunk)
        told.tokens = stream.usage.total_tokens if stream.usage else None
    return told


def events_of(client):
    told = Told()
    with client.chat.stream(**CALL) as stream:
        for event in stream.events():
            heard(told, event)
    return told


def whole_of(client):
    with client.chat.stream(**CALL) as stream:
        return read(stream.until_done())


FORMS = {"raw": chunks_of, "streamed": events_of, "folded": whole_of}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", QUIRKS)
def test_a_quirk_is_right_in_every_form(name, form):
    quirk = QUIRKS[name]
    with vendor(quirk) as url, client_of(quirk, url) as client:
        if quirk.error is not None:
            with pytest.raises(KINDS[quirk.error]) as caught:
                FORMS[form](client)
            assert quirk.error not in {429, 500, 502} or caught.value.status == quirk.error
        else:
            told = FORMS[form](client).to_dict()
            assert is_right(quirk, told, pieces=form == "raw"), told


@pytest.mark.parametrize("name", ["ended", "error", "event", "finish", "garbled"])
def test_what_came_before_a_quirk_that_ends_the_stream_is_kept(name):
    with vendor(QUIRKS[name]) as url, client_of(QUIRKS[name], url) as client:
        stream = client.chat.stream(**CALL)
        with pytest.raises(errors.APIError) as caught:
            stream.until_done()

    assert caught.value.partial.text == stream.completion.text == "Mo"


@pytest.mark.parametrize("name", IN_ONE_PIECE)
def test_a_quirk_of_an_answer_in_one_piece_is_right(name):
    quirk = QUIRKS[name]
    with vendor(quirk, streamed=False) as url, client_of(quirk, url) as client:
        if quirk.error is not None:
            with pytest.raises(KINDS[quirk.error]) as caught:
                client.chat.create(**CALL)
            assert caught.value.status == quirk.error
        else:
            told = read(client.chat.create(**CALL)).to_dict()
            assert is_right(quirk, told), told


async def _asynchronous(quirk, url):
    raw, streamed = Told(), Told()
    async with AsyncDragoman(url, retries=0, timeout=PATIENCE.get(quirk.error)) as client:
        stream = await client.chat.stream(**CALL)
        async for chunk in stream:
            took(raw, chunk)
        raw.tokens = stream.usage.total_tokens if stream.usage else None
        async with client.chat.stream(**CALL) as stream:
            async for event in stream.events():
                heard(streamed, event)
        folded = read(await (await client.chat.stream(**CALL)).until_done())
    return raw, streamed, folded


@pytest.mark.parametrize("name", [name for name, quirk in QUIRKS.items() if quirk.error is None])
def test_the_asynchronous_client_reads_the_same(name):
    with vendor(QUIRKS[name]) as url:
        forms = asyncio.run(_asynchronous(QUIRKS[name], url))

    for told, pieces in zip(forms, (True, False, False), strict=True):
        assert is_right(QUIRKS[name], told.to_dict(), pieces=pieces), told.to_dict()


@pytest.mark.parametrize("name", [name for name, quirk in QUIRKS.items() if quirk.error is not None])
def test_the_asynchronous_client_raises_the_same(name):
    quirk = QUIRKS[name]
    with vendor(quirk) as url, pytest.raises(KINDS[quirk.error]) as caught:
        asyncio.run(_asynchronous(quirk, url))

    assert quirk.error not in {429, 500, 502} or caught.value.status == quirk.error
