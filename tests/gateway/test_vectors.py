"""What is asked of an upstream for embeddings: where, and what becomes of fields that it does not take."""

import msgspec
import pytest

from dragoman.call import encode
from dragoman.call.settings import settings_for
from dragoman.dialect.table import PLAIN, named
from dragoman.errors import InvalidRequestError
from dragoman.exchange import Timeouts
from dragoman.gateway import vectors
from dragoman.gateway.upstream import ONCE

ASKED = {"model": "a/b", "input": "x"}


def called(url, row=PLAIN):
    made = settings_for(url, api_key="sk-planted", model="", timeout=None, retries=ONCE, headers=None)

    return vectors.call(msgspec.structs.replace(made, dialect=row), ASKED, Timeouts(connect=2.0)).request


def test_it_is_asked_beside_the_completions():
    asked = called("http://127.0.0.1:9/v1")

    assert (asked.method, asked.url, asked.connect) == ("POST", "http://127.0.0.1:9/v1/embeddings", 2.0)
    assert asked.body == encode(ASKED)
    assert ("authorization", "Bearer sk-planted") in asked.headers
    assert asked.own[0][0] == "idempotency-key"


def test_it_is_asked_of_a_deployment_where_those_have_addresses_of_their_own():
    asked = called("https://mine.example", named("azure"))

    assert asked.url == "https://mine.example/openai/deployments/a%2Fb/embeddings?api-version=2024-10-21"


def test_who_speaks_an_api_without_embeddings_is_not_asked():
    with pytest.raises(InvalidRequestError, match="anthropic has no embeddings") as caught:
        vectors.fitted(named("anthropic"), "pass", ASKED)

    assert caught.value.param == "model"


@pytest.mark.parametrize("name", ["openai", "mistral", "ollama", "deepseek", "perplexity"])
def test_what_is_known_of_conversations_is_no_matter_here(name):
    assert vectors.fitted(named(name), "refuse", ASKED) == (ASKED, [])


def test_a_hint_that_an_upstream_does_not_take_is_left_out_and_that_is_said():
    assert vectors.fitted(named("mistral"), "refuse", ASKED | {"user": "ana"}) == (ASKED, ["user: dropped"])
    assert vectors.fitted(named("mistral"), "pass", ASKED | {"user": "ana"}) == (ASKED | {"user": "ana"}, [])
