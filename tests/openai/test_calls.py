"""From a method's arguments to what travels."""

import openai
import pydantic
import pytest

from answers import document
from dragoman.errors import ConnectionFailedError, InvalidRequestError
from dragoman.openai import OpenAI, omit
from dragoman.openai.calls import Counted, encode, known
from dragoman.openai.types.chat import ChatCompletionMessage
from dragoman.retry import Retry
from dragoman.wire.completion import Message
from openai_asking import ASKED, asking
from scripted import READ


class Said(pydantic.BaseModel):
    role: str
    content: str | None = None


@pytest.mark.parametrize(
    ("message", "travels"),
    [
        ({"role": "user", "content": "x"}, {"role": "user", "content": "x"}),
        (ChatCompletionMessage(role="assistant", content=None), {"role": "assistant", "content": None}),
        (Message(content="x"), {"role": "assistant", "content": "x"}),
        (Said(role="user"), {"role": "user"}),
        ({"role": "user", "content": (part for part in "ab")}, {"role": "user", "content": ["a", "b"]}),
    ],
    ids=["dict", "of this face", "of dragoman", "of pydantic", "generator"],
)
def test_messages_of_any_kind_travel(message, travels):
    with asking(READ, document()) as (server, client):
        client.chat.completions.create(model="m", messages=iter([message]))

    assert server.requests[0].json["messages"] == [travels]


@pytest.mark.parametrize("value", [object(), {1j: 2}, {"a": 3j}], ids=["object", "complex key", "complex"])
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises(ValueError, match="JSON"):
        encode(value)


def test_a_type_is_not_sent_but_parsed():
    with asking() as (_, client), pytest.raises(ValueError, match=r"the type Said: chat\.completions\.parse"):
        client.chat.completions.create(**ASKED, response_format=Said)


def test_every_field_of_a_request_is_an_argument():
    assert {"temperature", "top_k", "response_format", "stream_options"} <= known()
    assert not {"messages", "model", "stream"} & known()


def sent(**more):
    with asking(READ, document(), default_query={"v": "1"}, default_headers={"X-A": "a", "X-B": "b"}) as (
        server,
        client,
    ):
        client.chat.completions.create(**ASKED, **more)
        return server.requests[0]


def test_a_call_adds_headers_and_leaves_some_out():
    headers = sent(
        extra_headers={"X-A": "mine", "X-B": openai.omit, "Authorization": omit}, seed=openai.NOT_GIVEN
    ).headers

    assert headers["x-a"] == "mine"
    assert not {"x-b", "authorization"} & set(headers)


def test_a_call_can_send_what_its_client_leaves_out():
    with asking(READ, document(), default_headers={"Authorization": omit}) as (server, client):
        client.chat.completions.create(**ASKED, extra_headers={"Authorization": "Basic x"})

    assert server.requests[0].headers["authorization"] == "Basic x"


def test_a_call_adds_to_the_query():
    assert sent(extra_query={"w": 2}).line == "POST /v1/chat/completions?v=1&w=2 HTTP/1.1"


def test_a_call_puts_fields_on_top_of_the_body():
    body = sent(extra_body={"temperature": 1, "mine": {"a": 1}, "seed": omit}, temperature=0, seed=3).json

    assert body == ASKED | {"temperature": 1, "mine": {"a": 1}}


def test_further_attempts_are_counted():
    policy = Counted(Retry(times=1))
    error = ConnectionFailedError("x", retryable=True)

    assert [policy.pause(error, attempt, 0.0) for attempt in (1, 2)] == [0.5, None]
    assert policy.taken == 1


def test_a_header_that_is_no_text_is_refused():
    with asking() as (_, client), pytest.raises(ValueError, match="header 'x-a' is a text, not a int"):
        client.chat.completions.create(**ASKED, extra_headers={"X-A": 5})


@pytest.mark.parametrize("messages", ["hi", b"hi", {"role": "user", "content": "hi"}, None, 7])
@pytest.mark.parametrize("method", ["create", "parse", "stream"])
def test_what_is_no_conversation_is_refused_in_words(method, messages):
    with OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1") as client:
        ask = getattr(client.chat.completions, method)
        with pytest.raises(
            InvalidRequestError, match=f"messages is a list of messages, not a {type(messages).__name__}"
        ):
            ask(model="m", messages=messages)


def test_a_model_to_look_up_is_named():
    with OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1") as client:
        with pytest.raises(InvalidRequestError, match="model is a text, not a int"):
            client.models.retrieve(7)
