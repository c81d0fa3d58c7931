"""How many tokens a prompt has, by who can say it: the model itself, a server's tokenizer, or a guess that says so."""

import asyncio
import json
from decimal import Decimal

import pytest

from dragoman import AsyncDragoman, Cancellation, Dragoman, errors
from scripted import READ, Scripted, answer

ASK = {"messages": "Who is the best French painter?", "model": "m"}


def says(value, status=200):
    return answer(json.dumps(value).encode(), status=status)


REFUSES = says({"error": {"message": "no such path"}}, 404)


def count(server, path="/v1", **ask):
    with Dragoman(server.url(path), retries=0) as client:
        return client.chat.count(**(ASK | ask))


class Vendor:
    """What carries requests to a vendor that is not there; it has one answer."""

    arrived = None

    def __init__(self, value, status=200):
        self.status = status
        self.headers = {"content-type": "application/json"}
        self.value = value
        self.asked = []

    def send(self, request, until):
        self.asked.append(request)
        return self

    def whole(self, until, bound):
        return json.dumps(self.value).encode()

    def close(self):
        pass

    finish = close


def test_the_embedded_model_counts_exactly_what_it_will_read():
    with Dragoman("local") as client:
        counted = client.chat.count(messages=ASK["messages"])
        completion = client.chat.create(messages=ASK["messages"], max_tokens=2)

    assert counted.exact
    assert counted.by == "server"
    assert counted.tokens == completion.usage.prompt_tokens
    assert counted.price == counted.most == 0


def test_vllm_is_asked_for_the_messages():
    tools = [{"type": "function", "function": {"name": "find"}}]
    with Scripted([READ, says({"count": 17, "max_model_len": 4096, "tokens": [1] * 17})]) as server:
        counted = count(server, tools=tools)

    assert (counted.tokens, counted.exact, counted.by, counted.price) == (17, True, "server", None)
    assert server.requests[0].line == "POST /tokenize HTTP/1.1"
    assert server.requests[0].json["messages"] == [{"role": "user", "content": ASK["messages"]}]
    assert server.requests[0].json["tools"] == tools


def test_llama_cpp_is_asked_for_its_template_and_then_for_its_tokens():
    script = [READ, says({"tokens": []}), READ, says({"prompt": "<|user|>Who"}), READ, says({"tokens": [1, 2, 3]})]
    with Scripted(script) as server:
        counted = count(server)

    assert (counted.tokens, counted.exact) == (3, True)
    assert [sent.line.split()[1] for sent in server.requests] == ["/tokenize", "/apply-template", "/tokenize"]
    assert server.requests[2].json == {"content": "<|user|>Who", "add_special": True, "parse_special": True}


@pytest.mark.parametrize(
    "script",
    [
        [READ, REFUSES],
        [READ, answer(b"<html>", headers={"content-type": "text/html"})],
        [READ, says({"tokens": []}), READ, REFUSES],
        [READ, says({"tokens": []}), READ, says({"prompt": "x"}), READ, REFUSES],
        [READ, says({"count": "many"})],
        [READ, says({"tokens": "many"})],
    ],
)
def test_a_server_that_cannot_say_it_is_guessed_for(script):
    with Scripted(script) as server:
        counted = count(server)

    assert (counted.tokens, counted.exact, counted.by) == (12, False, "estimate")


def test_an_address_of_another_form_is_not_asked():
    with Scripted([READ, REFUSES]) as server:
        assert not count(server, "/api").exact

    assert server.requests == []


def test_anthropic_is_asked_and_calls_it_an_estimate():
    vendor = Vendor({"input_tokens": 15})
    client = Dragoman("https://api.anthropic.com/v1", api_key="k", transport=vendor)
    counted = client.chat.count(messages=ASK["messages"], model="claude-3-opus-20240229", max_tokens=100)

    asked = vendor.asked[0]
    assert asked.url == "https://api.anthropic.com/v1/messages/count_tokens"
    assert set(json.loads(asked.body)) == {"messages", "model"}
    assert (counted.tokens, counted.exact, counted.by) == (15, False, "server")
    assert counted.price == Decimal("0.000225")
    assert counted.most == Decimal("0.007725")


def test_what_anthropic_refuses_is_an_error():
    client = Dragoman("https://api.anthropic.com/v1", api_key="k", transport=Vendor({}, 401))

    with pytest.raises(errors.AuthenticationError):
        client.chat.count(**ASK)


@pytest.mark.parametrize(
    ("ask", "most"),
    [({}, None), ({"max_tokens": 100}, "0.001030"), ({"max_completion_tokens": 100, "n": 2}, "0.002030")],
)
def test_a_vendor_without_a_tokenizer_is_guessed_for_and_priced(ask, most):
    client = Dragoman("https://api.openai.com/v1", api_key="k", transport=Vendor({}))
    counted = client.chat.count(messages=ASK["messages"], model="gpt-4o", **ask)

    assert (counted.tokens, counted.exact, counted.by) == (12, False, "estimate")
    assert counted.price == Decimal("0.00003")
    assert counted.most == (most and Decimal(most))
    assert client.chat.count(messages="x", model="a model of one's own").price is None


def test_waiting_for_it_gives_the_same():
    async def main(server):
        async with AsyncDragoman(server.url("/v1")) as client:
            assert (await client.chat.count(**ASK)).tokens == 17
            assert client.chat.curl(**ASK).startswith("curl http://127.0.0.1:")

    with Scripted([READ, says({"count": 17})]) as server:
        asyncio.run(main(server))


def test_hooks_are_not_told_of_questions_nobody_pays_for():
    told = []
    with Scripted([READ, says({"count": 17})]) as server, Dragoman(server.url("/v1"), hooks=[told.append]) as client:
        client.chat.count(**ASK)

    assert told == []


def test_counting_is_cancelled_as_any_call_is():
    cancel = Cancellation()
    cancel.cancel()
    with Scripted([READ, says({"count": 17})]) as server:
        with pytest.raises(errors.CallCancelledError):
            count(server, cancel=cancel)
        assert server.connections == []
