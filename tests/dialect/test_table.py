from urllib.parse import urlsplit

import pytest

from dragoman.dialect.table import ENGINE, KINDS, PLAIN, ROWS, at, bare, named, names, spoken_at
from dragoman.wire.request import ChatRequest
from dragoman.wire.shape import fields

ALL = [*ROWS, *KINDS]
HELLO = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


def test_a_row_is_found_by_its_host():
    assert at("api.openai.com").name == "openai"
    assert at("localhost") is PLAIN
    assert at("127.0.0.1") is PLAIN


def test_each_row_has_an_address_and_a_credential_of_its_own():
    own = [row for row in ROWS if not row.vendor]
    assert len({urlsplit(row.base_url).hostname for row in own}) == len(own)
    assert all(row.base_url.startswith("https://") and row.credential for row in ROWS)


def test_another_api_of_a_vendors_is_at_the_vendors_address_and_with_its_credential():
    for row in ROWS:
        vendor = named(row.owner)
        assert (row.base_url, row.credential) == (vendor.base_url, vendor.credential)
    assert [row.name for row in ROWS if row.vendor] == ["openai-responses"]
    assert (at("api.openai.com").name, at("api.openai.com").owner) == ("openai", "openai")


def test_an_address_that_ends_in_responses_is_where_that_api_is_asked():
    assert spoken_at(PLAIN, "http://house:8000/v1/responses") is named("responses")
    assert spoken_at(named("anthropic"), "https://house/responses") is named("anthropic")
    for row in (named("xai"), named("vllm")):
        assert spoken_at(row, "https://house/v1") is row
        other = spoken_at(row, "https://house/v1/responses/")
        assert (other.name, other.api, other.done, other.continues) == (row.name, "responses", True, None)
    assert [bare(url) for url in ("https://house/v1/responses/", "https://house/v1/")] == ["https://house/v1"] * 2


def test_a_row_is_found_by_its_name_whether_it_has_an_address_or_not():
    assert len(names()) == len(ALL)
    for row in ALL:
        assert named(row.name) is row
    assert named("opnai") is None


def test_a_kind_of_server_is_at_no_address_but_on_this_machine():
    assert {urlsplit(row.base_url).hostname for row in KINDS} <= {"127.0.0.1", None}


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_what_a_row_says_of_a_request_is_about_fields_of_a_request(row):
    known = fields(ChatRequest).keys()

    assert row.lacks <= known
    assert {name for pair in row.instead for name in pair} <= known
    assert row.lacks.isdisjoint({"model", "messages", "stream", *(theirs for _, theirs in row.instead)})


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_no_message_loses_what_it_says(row):
    assert row.message_lacks.isdisjoint({"role", "content", "tool_calls", "tool_call_id"})


def test_where_a_completion_is_asked_for():
    assert named("openai").target("gpt-5") == "/chat/completions"
    assert named("azure").target("our gpt/5") == (
        "/openai/deployments/our%20gpt%2F5/chat/completions?api-version=2024-10-21"
    )


@pytest.mark.parametrize(
    ("row", "last", "besides"),
    [
        (named("mistral"), {"prefix": True}, {}),
        (named("vllm"), {}, {"add_generation_prompt": False, "continue_final_message": True}),
        (named("llama.cpp"), {}, {}),
        (named("deepseek"), {"prefix": True}, {}),
        (named("anthropic"), {}, {}),
        (ENGINE, {"prefix": True}, {}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_broken_answer_is_gone_on_from_as_its_server_wants_it(row, last, besides):
    assert row.continues.of(HELLO, "Once upon") == HELLO | besides | {
        "messages": [*HELLO["messages"], {"role": "assistant", "content": "Once upon"} | last]
    }
    assert len(HELLO["messages"]) == 1


def test_who_repeats_the_beginning_is_known():
    assert {row.name for row in [*ALL, ENGINE] if row.continues and row.continues.echoes} == {"mistral", "llama.cpp"}


@pytest.mark.parametrize(
    ("row", "again"),
    [("mistral", "Once upon "), ("anthropic", " "), ("deepseek", "")],
)
def test_what_is_said_twice_is_known(row, again):
    continues = named(row).continues

    assert continues.echo("Once upon ") == again
    assert continues.of(HELLO, "Once upon ")["messages"][-1]["content"] == (
        "Once upon" if row == "anthropic" else "Once upon "
    )


@pytest.mark.parametrize(
    ("row", "model", "can"),
    [
        ("mistral", "mistral-small", True),
        ("anthropic", "claude-opus-4-1", True),
        ("anthropic", "claude-opus-4-6", False),
        ("anthropic", "claude-sonnet-5", False),
    ],
)
def test_which_models_go_on_is_known(row, model, can):
    assert named(row).continues.can(model) is can
