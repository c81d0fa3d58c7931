import tomllib

import pytest

from configurations import WHOLE, config
from dragoman.gateway.config.show import key, literal, show


def test_what_is_shown_means_the_same():
    whole = config(WHOLE)

    assert config(show(whole)) == whole
    assert config(show(config(""))) == config("")


def test_credentials_are_shown_as_set_or_missing_and_never_as_what_they_are(tmp_path, monkeypatch):
    monkeypatch.setenv("KEY_A", "sk-planted")
    (tmp_path / "key").write_text("sk-planted")
    text = (
        f'[server]\nadmin_key = "file:{tmp_path}/key"\n[store]\nurl = "postgresql://a:planted@h/d"\n'
        '[upstreams.a]\nvendor = "openai"\ncredentials = ["env:KEY_A", "env:KEY_B"]'
    )

    shown = show(config(text))

    assert f'admin_key = "file:{tmp_path}/key"  # <set>' in shown
    assert 'credentials = ["env:KEY_A", "env:KEY_B"]  # <set>, <missing>' in shown
    assert 'url = "postgresql://…@h/d"\n' in shown
    assert "planted" not in shown


def test_vendors_addresses_and_defaults_are_filled_in():
    shown = show(config('[upstreams.a]\nvendor = "mistral"'))

    assert "# speaks as: mistral\n[upstreams.a]" in shown
    assert 'url = "https://api.mistral.ai/v1"' in shown
    assert "port = 8000" in shown


@pytest.mark.parametrize("text", ['a"b\\c', "line\nend", "tab\t", "é \u2028", "\x7f", "\x00"])
def test_any_text_is_written_as_toml(text):
    assert tomllib.loads(f"{key(text)} = {literal(text)}") == {text: text}


def test_what_a_name_says_is_a_credential_is_masked_where_it_stands_in_the_file_after_all():
    upstream = '[upstreams.a]\nurl = "http://h"\nquery = { api_key = "planted", api-version = "2" }\n'
    shown = show(config(upstream + 'headers = { x-team-token = "env:TEAM", x-team = "blue?a@b" }'))

    assert 'query = { api_key = "[credential]", api-version = "2" }\n' in shown
    assert 'headers = { x-team-token = "env:TEAM", x-team = "blue?a@b" }\n' in shown
