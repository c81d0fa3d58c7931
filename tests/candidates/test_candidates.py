"""Whom a model chooses, and who is asked in turn: what goes where, with which credential."""

import asyncio

import pytest

from dragoman import AsyncDragoman, ConfigurationError, Dragoman, InvalidRequestError, Retry, errors
from dragoman.candidates import split
from vendors import AsyncVendors, Vendors, calls, down, fails, says, streams

OPENAI, GROQ, MISTRAL = "api.openai.com", "api.groq.com", "api.mistral.ai"
HERE = "engine.local"
FAST = Retry(times=2, first=0.001)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch):
    for name in ("OPENAI", "GROQ", "MISTRAL"):
        monkeypatch.setenv(f"{name}_API_KEY", f"sk-{name.lower()}")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("openai:gpt-5", ("openai", "gpt-5")),
        ("ollama:llama3:8b", ("ollama", "llama3:8b")),
        ("groq:openai/gpt-oss-20b", ("groq", "openai/gpt-oss-20b")),
        ("local", ("local", "")),
        ("llama3:8b", None),
        ("openai:", None),
        ("openai", None),
        ("vllm:anything", None),
        ("", None),
    ],
)
def test_a_model_chooses_a_provider_only_by_a_name_we_know(written, found):
    assert split(written) == found


def test_a_call_without_an_address_goes_to_the_provider_its_model_names():
    vendors = Vendors({OPENAI: [says("Monet")], GROQ: [says("Degas")], HERE: [says("Manet")]})
    with Dragoman(model="openai:gpt-5", transport=vendors) as client:
        texts = [
            client.chat.create(messages="Hello", **model).text
            for model in ({}, {"model": "groq:llama"}, {"model": "gpt-4"}, {"model": "local"})
        ]

    assert texts == ["Monet", "Degas", "Monet", "Manet"]
    assert [(one.host, one.json["model"], one.headers.get("authorization")) for one in vendors.asked] == [
        (OPENAI, "gpt-5", "Bearer sk-openai"),
        (GROQ, "llama", "Bearer sk-groq"),
        (OPENAI, "gpt-4", "Bearer sk-openai"),
        (HERE, "local", None),
    ]


def test_each_provider_is_spoken_to_in_its_own_spelling():
    vendors = Vendors({MISTRAL: [says("Monet")], HERE: [says("Manet")]})
    with Dragoman(transport=vendors) as client:
        client.chat.create(messages="Hello", model="mistral:small", seed=7)
        client.chat.create(messages="Hello", model="llama3:8b", seed=7)

    assert vendors.hosts == [MISTRAL, HERE]
    assert vendors.asked[0].json["random_seed"] == 7
    assert (vendors.asked[1].json["seed"], vendors.asked[1].json["model"]) == (7, "llama3:8b")


def test_with_an_address_a_colon_in_a_model_is_the_models_own():
    vendors = Vendors({"127.0.0.1": [says("Monet")]})
    with Dragoman("ollama", transport=vendors) as client:
        client.chat.create(messages="Hello", model="openai:8b")

    assert vendors.asked[0].json["model"] == "openai:8b"


def test_behind_an_address_of_the_environment_a_model_keeps_its_colon(monkeypatch):
    monkeypatch.setenv("DRAGOMAN_BASE_URL", "http://gateway.test/v1")
    vendors = Vendors({"gateway.test": [says("Monet")]})
    with Dragoman(model="openai:gpt-5", transport=vendors) as client:
        client.chat.create(messages="Hello")

    assert vendors.asked[0].json["model"] == "openai:gpt-5"
    assert "authorization" not in vendors.asked[0].headers


def test_a_credential_that_is_given_goes_to_the_provider_of_the_clients_model_alone():
    vendors = Vendors({OPENAI: [says("Monet")], GROQ: [says("Degas")]})
    with Dragoman(model="openai:gpt-5", api_key="mine", transport=vendors) as client:
        client.chat.create(messages="Hello")
        client.chat.create(messages="Hello", model="groq:llama")
        client.chat.create(messages="Hello", model="openai:gpt-4")

    assert [one.headers["authorization"] for one in vendors.asked] == ["Bearer mine", "Bearer sk-groq", "Bearer mine"]


def test_a_header_that_lets_a_caller_in_goes_to_nobody_else():
    house = Dragoman(
        "http://house.test/v1", headers={"x-goog-api-key": "planted", "x-team": "a"}, transport=Vendors({})
    )
    vendors = Vendors({GROQ: [says("Degas")], "house.test": [says("Monet")]})
    headers = {"Authorization": "Bearer planted", "x-run": "b"}
    with Dragoman(model="openai:gpt-5", headers=headers, transport=vendors) as client:
        client.chat.create(messages="Hello", model="groq:llama")
    with Dragoman.any(house, "local", headers={"x-run": "c"}, transport=vendors) as client:
        client.with_options(headers={"x-more": "d"}).chat.create(messages="Hello", model="groq:llama")

    assert all("planted" not in str(asked.headers) for asked in vendors.asked)
    assert [asked.headers["authorization"] for asked in vendors.asked] == ["Bearer sk-groq"] * 2
    assert [asked.headers.get("x-run") for asked in vendors.asked] == ["b", "c"]
    assert (vendors.asked[1].headers.get("x-team"), vendors.asked[1].headers["x-more"]) == (None, "d")


def test_types_and_tools_go_to_the_next_too():
    vendors = Vendors({OPENAI: [down], HERE: [says('{"name":"Monet"}'), calls("add", '{"a":1}'), says("2")]})

    def add(a: int) -> int:
        return a + 1

    with Dragoman.any("openai:gpt-5", "local", transport=vendors) as client:
        assert client.chat.parse(messages="Hello", output=dict[str, str]).parsed == {"name": "Monet"}
        result = client.chat.run(messages="Hello", tools=[add])

    assert (result.text, result.messages[-2]["content"]) == ("2", "2")
    assert vendors.hosts == [OPENAI, HERE] * 3


def test_a_chosen_provider_without_its_credential_says_which(monkeypatch):
    monkeypatch.delenv("GROQ_API_KEY")
    with Dragoman(transport=Vendors({})) as client:
        with pytest.raises(ConfigurationError, match="groq wants a credential: set GROQ_API_KEY, or give api_key"):
            client.chat.create(messages="Hello", model="groq:llama")
    with pytest.raises(ConfigurationError, match="GROQ_API_KEY"):
        Dragoman.any("openai:gpt-5", "groq:llama")


def test_bodies_sent_as_they_are_go_where_their_model_says():
    vendors = Vendors({GROQ: [says("Degas"), streams("De", "gas")]})
    with Dragoman(transport=vendors) as client:
        body = {"model": "groq:llama", "messages": []}
        assert client.chat.send(body).text == "Degas"
        assert client.chat.send(body | {"stream": True}).until_done().text == "Degas"

    assert vendors.asked[0].json == {"model": "llama", "messages": []}


def test_the_second_is_asked_when_the_first_is_down():
    vendors = Vendors({OPENAI: [down], HERE: [says("Manet")]})
    with Dragoman.any("openai:gpt-5", "local", transport=vendors) as client:
        assert client.chat.create(messages="Hello").text == "Manet"

    assert [(one.host, one.json["model"]) for one in vendors.asked] == [(OPENAI, "gpt-5"), (HERE, "local")]
    assert "authorization" not in vendors.asked[1].headers


def test_so_it_is_asynchronously():
    vendors = AsyncVendors({OPENAI: [down], HERE: [says("Manet"), streams("Ma", "net")]})

    async def main():
        async with AsyncDragoman.any("openai:gpt-5", "local", transport=vendors) as client:
            text = (await client.chat.create(messages="Hello")).text
            async with client.chat.stream(messages="Hello") as stream:
                return text, (await stream.until_done()).text, [tried.whom for tried in stream.attempts]

    assert asyncio.run(main()) == ("Manet", "Manet", ["openai:gpt-5", "local"])


def test_a_calls_model_is_for_the_candidates_that_name_none():
    vendors = Vendors({OPENAI: [down], GROQ: [down], HERE: [says("Manet")]})
    with Dragoman.any("openai", "groq:llama", "local", transport=vendors) as client:
        client.chat.create(messages="Hello", model="gpt-4")

    assert [one.json["model"] for one in vendors.asked] == ["gpt-4", "llama", "local"]


def test_where_every_candidate_names_one_a_calls_model_is_for_nobody():
    with Dragoman.any("openai:gpt-5", "groq:llama", transport=Vendors({})) as client:
        with pytest.raises(InvalidRequestError, match="'gpt-4' is for none of them") as caught:
            client.chat.create(messages="Hello", model="gpt-4")
    assert caught.value.param == "model"


def test_a_call_may_choose_one_alone():
    vendors = Vendors({OPENAI: [down], MISTRAL: [says("Monet")]})
    with Dragoman.any("openai:gpt-5", "local", transport=vendors, retries=0) as client:
        assert client.chat.create(messages="Hello", model="mistral:small").text == "Monet"
        with pytest.raises(errors.ConnectionFailedError):
            client.chat.create(messages="Hello", model="openai:gpt-4")

    assert vendors.hosts == [MISTRAL, OPENAI]


def test_a_client_may_be_a_candidate_with_all_it_was_made_with():
    house = Dragoman("http://house.test/v1", api_key="ours", model="m", headers={"x-team": "a"}, transport=Vendors({}))
    vendors = Vendors({"house.test": [fails(503), says("Monet")], HERE: [says("Manet")]})
    with Dragoman.any(house, "local", headers={"x-run": "b"}, transport=vendors) as client:
        assert client.chat.create(messages="Hello").text == "Manet"
        assert client.chat.create(messages="Hello").text == "Monet"

    first = vendors.asked[0]
    assert (first.json["model"], first.headers["authorization"]) == ("m", "Bearer ours")
    assert (first.headers["x-team"], first.headers["x-run"]) == ("a", "b")
    with pytest.raises(InvalidRequestError, match="one client, not several"):
        Dragoman.any(client, "local")


def test_one_that_cannot_say_what_is_asked_is_passed_over(monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-anthropic")
    vendors = Vendors({OPENAI: [says("Monet")]})
    with Dragoman.any("anthropic:claude", "openai:gpt-5", transport=vendors) as client:
        assert client.chat.create(messages="Hello", n=2).text == "Monet"

    assert vendors.hosts == [OPENAI]


def test_what_nobody_can_be_asked_is_refused_before_anything_is_sent():
    with Dragoman.any("openai:gpt-5", "local", transport=Vendors({})) as client:
        with pytest.raises(InvalidRequestError, match="messages is missing"):
            client.chat.create()
    with pytest.raises(InvalidRequestError, match="there is no candidate"):
        Dragoman.any()
    with pytest.raises(InvalidRequestError, match="did you mean 'openai'"):
        Dragoman.any("opnai")
    with pytest.raises(InvalidRequestError, match="each an argument of its own; not a list"):
        Dragoman.any(["openai:gpt-5", "local"])
    with pytest.raises(InvalidRequestError, match="model is a text, not a int"):
        Dragoman(model=5)


def test_two_of_one_name_are_told_apart():
    vendors = Vendors({GROQ: [down]})
    with Dragoman.any("groq:llama", "groq:llama", retries=1, transport=vendors) as client:
        with pytest.raises(errors.ConnectionFailedError) as caught:
            client.chat.create(messages="Hello")

    assert [tried.whom for tried in caught.value.history] == ["groq:llama", "groq:llama #2"]


def test_other_options_leave_the_candidates_and_what_is_known_of_them():
    vendors = Vendors({OPENAI: [fails(401)], HERE: [says("Manet")]})
    with Dragoman.any("openai:gpt-5", "local", transport=vendors) as client:
        patient = client.with_options(timeout=5, headers={"x-run": "b"})
        assert patient.chat.create(messages="Hello").text == "Manet"
        assert client.chat.create(messages="Hello").text == "Manet"
        for option in ({"api_key": "k"}, {"model": "m"}):
            with pytest.raises(InvalidRequestError, match="in common"):
                client.with_options(**option)

    # A credential that was refused is not tried again by either of them.
    assert vendors.hosts == [OPENAI, HERE, HERE]
    assert [one.headers.get("x-run") for one in vendors.asked] == ["b", "b", None]


def test_another_model_by_option_may_be_another_providers():
    vendors = Vendors({OPENAI: [says("Monet")], GROQ: [says("Degas")]})
    with Dragoman(model="openai:gpt-5", transport=vendors) as client:
        assert client.with_options(model="groq:llama").chat.create(messages="Hello").text == "Degas"
        assert client.with_options(model="gpt-4").chat.create(messages="Hello").text == "Monet"
        assert client.with_options(api_key="mine").chat.create(messages="Hello").text == "Monet"

    assert [one.json["model"] for one in vendors.asked] == ["llama", "gpt-4", "gpt-5"]
    assert vendors.asked[2].headers["authorization"] == "Bearer mine"


def test_messages_from_a_generator_go_to_the_next_candidate_too():
    vendors = Vendors({OPENAI: [down], GROQ: [says('{"answer":"?"}'), says('{"answer":7}')]})
    with Dragoman.any("openai:gpt-5", "groq:llama", transport=vendors) as client:
        said = ({"role": "user", "content": word} for word in ("How many?", "A number."))
        assert client.chat.parse(messages=said, output=int, reask=1).parsed == 7

    asked = [[message["content"] for message in one.json["messages"]] for one in vendors.asked]
    assert asked[0] == asked[1] == ["How many?", "A number."]
    assert asked[-1][:3] == [*asked[0], '{"answer":"?"}']
