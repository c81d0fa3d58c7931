import pytest

from configurations import WHOLE, config
from dragoman.dialect import Continuation
from dragoman.dialect.table import ENGINE, PLAIN, named
from dragoman.errors import ConfigurationError
from dragoman.exchange import Timeouts
from dragoman.gateway.config.source import Source
from dragoman.gateway.config.upstream import (
    address_of,
    credentials_of,
    dialect_of,
    row_of,
    sources_of,
    timeouts_of,
)


def one(text):
    return config(f"[upstreams.a]\n{text}").upstreams["a"]


def test_a_vendor_is_known_by_its_name_or_by_its_host():
    assert row_of(one("vendor = 'mistral'")).name == "mistral"
    assert row_of(one("url = 'https://api.mistral.ai/v1'")).name == "mistral"
    assert row_of(one("url = 'https://example.com/v1'")) is PLAIN
    assert row_of(one("engine = true")) is ENGINE
    assert row_of(one("weights = '/m.gguf'")) is PLAIN


def test_where_an_upstream_is():
    assert address_of(one("vendor = 'openai'")) == "https://api.openai.com/v1"
    assert address_of(one("vendor = 'ollama'")) == "http://127.0.0.1:11434/v1"
    assert address_of(one("vendor = 'vllm'\nurl = 'http://10.0.0.5:8000/v1/'")) == "http://10.0.0.5:8000/v1"
    assert address_of(one("weights = '/m.gguf'")) == "/m.gguf"
    assert address_of(one("engine = true")) is None


def test_a_header_that_holds_a_credential_has_it_from_elsewhere(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("planted-2\n")
    monkeypatch.setenv("GUARD", "Bearer planted-1")
    headers = f'{{ Guard-Auth = "env:GUARD", x-key = "file:{tmp_path}/key", x-team = "blue" }}'

    found = dialect_of(one(f"vendor = 'openai'\nheaders = {headers}")).headers

    assert found[-3:] == (("guard-auth", "Bearer planted-1"), ("x-key", "planted-2"), ("x-team", "blue"))


def test_a_dialect_is_the_vendors_with_what_the_configuration_adds():
    cloud = dialect_of(config(WHOLE).upstreams["cloud"])

    assert cloud.target("gpt/5") == "/openai/deployments/gpt%2F5/chat/completions?api-version=2025-01-01-preview"
    assert cloud.key_header == "api-key"
    assert dialect_of(one("vendor = 'anthropic'\nheaders = { X-Team = 'a' }")).headers == (
        ("anthropic-version", "2023-06-01"),
        ("x-team", "a"),
    )


def test_what_goes_on_from_a_prefix_is_known_or_declared():
    assert dialect_of(one("vendor = 'vllm'\nurl = 'http://a/v1'")).continues is named("vllm").continues
    assert dialect_of(one("vendor = 'vllm'\nurl = 'http://a/v1'\ncontinues = false")).continues is None
    assert dialect_of(one("url = 'http://a/v1'\ncontinues = true")).continues == Continuation()
    assert dialect_of(one("vendor = 'openai'")).continues is None
    assert dialect_of(one("vendor = 'deepseek'")).continues is None
    assert dialect_of(one("engine = true")).continues == ENGINE.continues
    assert dialect_of(one("weights = '/m.gguf'")).continues is None


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("vendor = 'openai'", ["env:OPENAI_API_KEY"]),
        ("url = 'https://api.openai.com/v1/'", ["env:OPENAI_API_KEY"]),
        ("vendor = 'openai'\ncredentials = ['env:A', 'file:/b']", ["env:A", "file:/b"]),
        ("vendor = 'openai'\ncredentials = []", []),
        ("vendor = 'openai'\nurl = 'https://proxy.example/v1'", []),
        ("vendor = 'azure'\nurl = 'https://a.openai.azure.com'", ["env:AZURE_OPENAI_API_KEY"]),
        ("vendor = 'ollama'", []),
        ("engine = true", []),
    ],
)
def test_a_vendors_variable_goes_to_the_vendors_own_address_alone(text, sources):
    assert list(map(str, sources_of(one(text)))) == sources


def test_credentials_are_read_when_they_are_needed(monkeypatch):
    upstream = one("vendor = 'openai'\ncredentials = ['env:TEAM_A', 'env:TEAM_B']")
    monkeypatch.setenv("TEAM_A", "a")
    with pytest.raises(ConfigurationError, match="TEAM_B"):
        credentials_of(upstream)
    monkeypatch.setenv("TEAM_B", "b")

    assert [key() for key in credentials_of(upstream)] == ["a", "b"]
    assert credentials_of(upstream)[0].source == Source("env:TEAM_A")


def test_an_upstreams_own_limits_beat_everybodys():
    whole = config(WHOLE)

    assert timeouts_of(whole, whole.upstreams["house"]) == Timeouts(total=600, connect=5, first_token=20, idle=30)
    assert timeouts_of(whole, whole.upstreams["openai"]).first_token == 40
