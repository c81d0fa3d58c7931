"""Addresses, credentials and headers, from arguments and the environment."""

import pytest

from answers import document
from dragoman.openai import OpenAI, OpenAIError, omit
from dragoman.openai.config import query_string
from openai_asking import ASKED, asking
from scripted import READ


def sent(**options):
    with asking(READ, document(), **options) as (server, client):
        client.chat.completions.create(**ASKED)
        return server.requests[0]


def test_the_first_address_that_is_named_is_called(monkeypatch):
    assert OpenAI(api_key="k").base_url == "https://api.openai.com/v1/"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://second/v1")
    assert OpenAI(api_key="k").base_url == "http://second/v1/"
    monkeypatch.setenv("DRAGOMAN_BASE_URL", "http://first/v1/")
    assert OpenAI(api_key="k").base_url == "http://first/v1/"
    assert OpenAI(api_key="k", base_url="http://own/v1").base_url == "http://own/v1/"


def test_a_key_of_the_environment_belongs_to_its_address(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://proxy.example/v1")
    assert OpenAI().api_key == "sk-1"
    assert OpenAI(base_url="https://api.openai.com/v1").api_key == "sk-1"
    monkeypatch.setenv("DRAGOMAN_BASE_URL", "https://gateway.example/v1")
    monkeypatch.setenv("DRAGOMAN_API_KEY", "dk-1")
    assert OpenAI().api_key == "dk-1"
    monkeypatch.delenv("DRAGOMAN_API_KEY")
    assert OpenAI().api_key == ""


def test_the_vendor_at_an_address_has_a_variable_of_its_own(monkeypatch):
    monkeypatch.setenv("GROQ_API_KEY", "gsk-1")

    assert OpenAI(base_url="https://api.groq.com/openai/v1").api_key == "gsk-1"


def test_a_key_that_is_missing_is_asked_for(monkeypatch):
    with pytest.raises(OpenAIError, match="OPENAI_API_KEY"):
        OpenAI()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    with pytest.raises(OpenAIError, match=r"other\.example"):
        OpenAI(base_url="https://other.example/v1")
    assert OpenAI(base_url="https://other.example/v1", api_key="").api_key == ""
    assert OpenAI(base_url="http://localhost:8000/v1").api_key == ""


def test_a_key_goes_wherever_the_program_says():
    assert sent(api_key=" sk-1 ").headers["authorization"] == "Bearer sk-1"
    assert sent(api_key=lambda: "sk-2").headers["authorization"] == "Bearer sk-2"


def test_organization_and_project_are_sent(monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")

    headers = sent(project="proj-2").headers
    assert (headers["openai-organization"], headers["openai-project"]) == ("org-1", "proj-2")


def test_default_headers_are_above_ours():
    headers = sent(default_headers={"User-Agent": "mine", "X-A": "b", "Authorization": omit}).headers

    assert (headers["user-agent"], headers["x-a"]) == ("mine", "b")
    assert "authorization" not in headers


def test_a_header_may_be_the_credential():
    assert OpenAI(default_headers={"Authorization": "Basic x"}).api_key == ""


@pytest.mark.parametrize("retries", [-1, None, 1.5])
def test_retries_are_a_number(retries):
    with pytest.raises(TypeError, match="max_retries is a whole number"):
        OpenAI(api_key="k", max_retries=retries)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, ""),
        ({"a": 1, "b": None}, "?a=1"),
        ({"a": [1, 2], "b": {"c": {"d": True}}}, "?a%5B%5D=1&a%5B%5D=2&b%5Bc%5D%5Bd%5D=true"),
        ({"a b": "c&d"}, "?a+b=c%26d"),
    ],
)
def test_parameters_become_a_query(params, text):
    assert query_string(params) == text


def test_no_credential_is_shown():
    client = OpenAI(api_key="sk-planted")

    assert "sk-planted" not in repr(client) + repr(client._config) + repr(client._config.settings)


def test_headers_of_the_environment_are_sent_below_the_programs_own(monkeypatch):
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Team: green\nno header\n x-trace : a:b \nX-Seat:1")
    headers = sent(default_headers={"x-seat": "2"}).headers

    assert (headers["x-team"], headers["x-trace"], headers["x-seat"]) == ("green", "a:b", "2")


def test_a_credential_among_them_goes_where_the_key_of_the_environment_goes(monkeypatch):
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: Bearer planted\nHelicone-Auth: planted\nX-Team: green")
    headers = sent(api_key="").headers

    assert "planted" not in str(headers)
    assert headers["x-team"] == "green"
    assert OpenAI(base_url="https://api.openai.com/v1").api_key == ""


def test_a_query_that_is_no_text_is_refused():
    with pytest.raises(ValueError, match="surrogate"):
        query_string({"a": "\ud800"})
