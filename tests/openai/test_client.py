"""The clients: how they are made, copied, closed and shown."""

import asyncio
import copy
import pickle
from unittest.mock import MagicMock

import httpx
import pytest

from answers import document
from dragoman import Timeouts
from dragoman.openai import DEFAULT_TIMEOUT, AsyncClient, AsyncOpenAI, Client, OpenAI, Timeout
from openai_asking import ASKED, asking, awaiting
from scripted import READ, Scripted, answer


def test_it_knows_how_it_was_made():
    client = OpenAI(api_key="k", organization="o", project="p", max_retries=5, timeout=3, base_url="http://h/v1")

    assert (client.api_key, client.organization, client.project) == ("k", "o", "p")
    assert (client.max_retries, client.timeout, client.base_url) == (5, 3, "http://h/v1/")
    assert OpenAI(api_key=lambda: "k").api_key == ""
    assert (OpenAI(api_key="k").timeout, OpenAI(api_key="k").max_retries) == (DEFAULT_TIMEOUT, 2)


def test_an_address_may_be_httpxs():
    assert OpenAI(api_key="k", base_url=httpx.URL("http://h/v1")).base_url == "http://h/v1/"


def test_it_has_the_originals_other_names():
    assert (Client, AsyncClient) == (OpenAI, AsyncOpenAI)


def test_a_copy_shares_the_connections():
    with asking(READ, document(), READ, document()) as (server, client):
        client.chat.completions.create(**ASKED)
        client.with_options(timeout=5).chat.completions.create(**ASKED)

    assert len(server.connections) == 1


def test_closing_a_copy_leaves_the_connections():
    with asking(READ, document(), READ, document()) as (server, client):
        client.chat.completions.create(**ASKED)
        with client.copy():
            pass
        client.chat.completions.create(**ASKED)

    assert len(server.connections) == 1


def test_a_copy_changes_what_it_is_told_to():
    client = OpenAI(api_key="k", default_headers={"a": "1"}, default_query={"v": "1"})
    added = client.copy(default_headers={"b": "2"}, max_retries=0, timeout=Timeout(1))
    replaced = client.with_options(set_default_headers={"b": "2"}, set_default_query={})

    assert (added.max_retries, added.timeout, added.api_key) == (0, Timeout(1), "k")
    assert added._given["default_headers"] == {"a": "1", "b": "2"}
    assert replaced._given["default_headers"] == {"b": "2"}
    assert replaced._given["default_query"] == {}
    with pytest.raises(ValueError, match="set_default_headers"):
        client.copy(default_headers={}, set_default_headers={})
    with pytest.raises(TypeError, match="timout"):
        client.copy(timout=1)


@pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI])
@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_in_a_copy_is_what_it_was(kind, nothing):
    client = kind(api_key="k", base_url="http://127.0.0.1:9/v1", organization="o", project="p", max_retries=7)
    copied = client.copy(base_url=nothing, organization=nothing, project=nothing, api_key=None, http_client=None)

    assert copied.base_url == "http://127.0.0.1:9/v1/"
    assert (copied.organization, copied.project, copied.api_key, copied.max_retries) == ("o", "p", "k", 7)
    assert copied._caller.transport is client._caller.transport
    assert (client.copy(timeout=None).timeout, client.copy(api_key="").api_key) == (None, "")


def test_a_copy_goes_where_its_client_does_whatever_the_environment_says_by_then(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("OPENAI_ORG_ID", "o")
    client = OpenAI()
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_ORG_ID"):
        monkeypatch.delenv(name)
    copied = client.with_options(timeout=5)

    assert (copied.base_url, copied.api_key, copied.organization) == ("http://127.0.0.1:9/v1/", "k", "o")


def test_a_copy_that_is_moved_takes_no_key_of_the_environment_along(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "k")

    assert not OpenAI().with_options(base_url="http://127.0.0.1:9/v1").api_key


def test_a_copy_of_the_model_on_this_machine_can_be_moved_to_the_network():
    with asking(READ, document()) as (_, client), OpenAI(base_url="local") as local:
        with local.with_options(base_url=client.base_url) as moved:
            moved.chat.completions.create(**ASKED)

        assert type(client.copy(base_url="local")._caller.transport) is type(local._caller.transport)


def test_a_copy_is_of_the_programs_own_class():
    class Mine(OpenAI):
        pass

    assert type(Mine(api_key="k").copy(max_retries=0)) is Mine


def test_the_whole_call_can_be_given_a_limit():
    busy = answer(b"{}", "503 Busy", {"Retry-After": "30"})
    with asking(READ, busy, max_retries=2, timeout=Timeouts(total=5)) as (server, client):
        with pytest.raises(Exception, match="503"):
            client.chat.completions.create(**ASKED)

    assert len(server.requests) == 1


@pytest.mark.parametrize("cls", [OpenAI, AsyncOpenAI])
def test_what_is_not_served_here_says_so(cls):
    client = cls(api_key="k")

    with pytest.raises(AttributeError, match=r"covers chat\.completions, embeddings and models; 'responses'"):
        _ = client.responses
    with pytest.raises(AttributeError, match="no attribute 'chats'"):
        _ = client.chats


@pytest.mark.parametrize("cls", [OpenAI, AsyncOpenAI])
def test_it_shows_no_credential_and_does_not_travel(cls):
    client = cls(api_key="sk-planted")

    assert repr(client) == f"{cls.__name__}('https://api.openai.com/v1/')"
    for travel in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="a client cannot be pickled"):
            travel(client)


def test_the_asynchronous_one_is_closed_and_copied_alike():
    async def use(client):
        async with client.with_options(max_retries=1) as changed:
            first = await changed.chat.completions.create(**ASKED)
        second = await client.chat.completions.create(**ASKED)
        return first.id, second.id, changed.max_retries

    assert asyncio.run(awaiting(use, READ, document(), READ, document())) == ("c1", "c1", 1)


def test_closing_it_closes_idle_connections():
    with Scripted([READ, document()]) as server:
        client = OpenAI(base_url=server.url("/v1"))
        client.chat.completions.create(**ASKED)
        client.close()
        assert server.left()


@pytest.mark.parametrize("name", ["api_key", "base_url", "timeout", "max_retries", "organization", "default_headers"])
@pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI])
def test_what_it_was_made_with_cannot_be_assigned(kind, name):
    client = kind(api_key="k")

    with pytest.raises(AttributeError, match=rf"with_options\({name}=…\) makes another"):
        setattr(client, name, "other")


def test_what_a_subclass_keeps_of_its_own_can_be():
    class Mine(OpenAI):
        def __init__(self, **options):
            super().__init__(**options)
            self.http_client = self.calls = None

    assert Mine(api_key="k").calls is None


@pytest.mark.parametrize("kind", [OpenAI, AsyncOpenAI])
def test_a_mock_of_it_has_what_it_has(kind):
    mock = MagicMock(spec=kind)
    mock.chat.completions.create.return_value = "answered"

    assert mock.chat.completions.create(**ASKED) == "answered"
    assert mock.embeddings
    assert mock.models


def test_what_was_in_beta_is_found_there():
    with asking(READ, document()) as (_, client):
        assert client.beta.chat.completions.parse(**ASKED).choices[0].message.parsed is None
    with pytest.raises(AttributeError, match="'assistants'"):
        _ = client.beta.assistants


def test_it_says_whether_it_is_closed():
    client = OpenAI(base_url="http://127.0.0.1:9/v1", api_key="k")
    assert not client.is_closed()
    client.close()
    assert client.is_closed()

    waiting = AsyncOpenAI(base_url="http://127.0.0.1:9/v1", api_key="k")
    assert not waiting.is_closed()
    asyncio.run(waiting.close())
    assert waiting.is_closed()
