"""What an upstream with Anthropic's API is asked for the number of a prompt's tokens, and what is read of its answer."""

import msgspec
import pytest

from dragoman.call.settings import settings_for
from dragoman.dialect.table import named
from dragoman.errors import InvalidRequestError
from dragoman.exchange import Timeouts
from dragoman.gateway import counted
from dragoman.gateway.upstream import ONCE

ASKED = {"model": "claude", "messages": [{"role": "user", "content": "x"}]}


def test_it_is_asked_beside_the_messages():
    made = settings_for(
        "http://127.0.0.1:9/v1", api_key="sk-planted", model="", timeout=None, retries=ONCE, headers=None
    )
    made = msgspec.structs.replace(made, dialect=named("anthropic"))
    asked = counted.call(made, ASKED, Timeouts()).request

    assert asked.url == "http://127.0.0.1:9/v1/messages/count_tokens"
    assert msgspec.json.decode(asked.body) == ASKED
    assert ("x-api-key", "sk-planted") in asked.headers


def test_a_request_goes_as_it_is_or_not_at_all():
    assert counted.fitted(named("anthropic"), ASKED) == (ASKED, [])
    with pytest.raises(InvalidRequestError, match="openai cannot count"):
        counted.fitted(named("openai"), ASKED)


def test_an_answer_keeps_its_bytes_and_costs_nothing():
    read = counted.read_counted(b'{"input_tokens":14,"new":1}')

    assert (read.input_tokens, read.usage) == (14, None)
    assert read.to_json() == b'{"input_tokens":14,"new":1}'


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"usage":{"input_tokens":1}}'])
def test_an_answer_without_a_number_is_none(raw):
    with pytest.raises(msgspec.DecodeError):
        counted.read_counted(raw)
