"""What a client was made with: names, addresses, credentials, options."""

import json

import pytest

from dragoman import ConfigurationError, InvalidRequestError, Retry, Timeouts
from dragoman.call import create_call, get_call
from dragoman.call.settings import LOCAL_URL, placed, settings_for, varied, weights_at
from dragoman.dialect.table import named, names
from dragoman.secret import Secret

HELLO = {"messages": "Hello", "model": "m"}


def settings(base_url="https://a.test/v1", **given):
    known = {"api_key": None, "model": "", "timeout": None, "retries": None, "headers": None}
    return settings_for(base_url, **(known | given))


def sent(call):
    return json.loads(call.request.body)


def headers(call):
    return dict(call.request.headers + call.request.own)


def test_a_callers_header_beats_the_clients_and_both_beat_ours():
    made = settings(headers={"X-Team": "client", "User-Agent": "mine"})
    call = create_call(made, HELLO | {"headers": {"x-team": "call"}})

    assert headers(call)["x-team"] == "call"
    assert headers(call)["user-agent"] == "mine"
    assert [name for name, _ in call.request.headers].count("user-agent") == 1


def test_limits_and_retries_of_one_call_beat_the_clients():
    made = settings(timeout=Timeouts(total=10, idle=3), retries=5)

    assert create_call(made, HELLO).timeouts == Timeouts(total=10, idle=3)
    assert create_call(made, HELLO | {"timeout": 2}).timeouts == Timeouts(total=2, idle=3)
    assert create_call(made, HELLO).retry == Retry(times=5)
    assert create_call(made, HELLO | {"retries": 0}).retry == Retry(times=0)
    with pytest.raises(InvalidRequestError, match="whole number from 0"):
        settings(retries=-1)


@pytest.mark.parametrize(
    "given",
    [
        "a.test/v1",
        "ftp://a.test",
        "https://",
        "https://a.test/v1#x",
        "https://a.test/v1?x=1#y",
        "http//a",
        "http://[::1/v1",
    ],
)
def test_what_is_no_address_is_refused(given):
    with pytest.raises(InvalidRequestError) as caught:
        settings(given)
    assert caught.value.param == "base_url"


def test_with_no_address_the_model_on_this_machine_answers(monkeypatch):
    assert settings(None).base_url == LOCAL_URL
    assert settings(None).engine == ""
    assert settings("weights/mine.gguf").engine == "weights/mine.gguf"
    assert sent(create_call(settings(None), {"messages": "Hello"}))["model"] == "local"

    monkeypatch.setenv("DRAGOMAN_BASE_URL", "http://127.0.0.1:8000/v1/")
    assert settings(None).base_url == "http://127.0.0.1:8000/v1"
    assert settings("https://a.test/v1").base_url == "https://a.test/v1"


def test_a_credential_of_the_environment_goes_to_its_own_host_only(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    monkeypatch.setenv("DRAGOMAN_BASE_URL", "http://gateway.test/v1")
    monkeypatch.setenv("DRAGOMAN_API_KEY", "dg-planted")

    def authorization(base_url):
        return headers(get_call(settings(base_url), "/models")).get("authorization")

    assert authorization("https://api.openai.com/v1") == "Bearer sk-planted"
    assert authorization("http://gateway.test/v1") == "Bearer dg-planted"
    assert authorization("https://openai.attacker.test/v1") is None
    assert authorization("http://gateway.test:81/v1") is None


def test_a_credential_that_is_given_goes_where_its_caller_says():
    assert headers(create_call(settings(api_key=" k1 "), HELLO))["authorization"] == "Bearer k1"
    turning = iter(["k1", "k2"])
    made = settings(api_key=lambda: next(turning))
    assert [headers(create_call(made, HELLO))["authorization"] for _ in range(2)] == ["Bearer k1", "Bearer k2"]


@pytest.mark.parametrize("given", [b"sk-planted", lambda: None, lambda: b"sk-planted"])
def test_a_credential_that_is_no_text_is_refused_and_not_shown(given):
    with pytest.raises(InvalidRequestError, match="is not asynchronous; not a") as caught:
        create_call(settings(api_key=given), HELLO)
    assert "planted" not in str(caught.value)


def test_a_credential_that_a_function_reads_from_a_file_may_end_in_a_line_break():
    assert headers(create_call(settings(api_key=lambda: "sk-1\n"), HELLO))["authorization"] == "Bearer sk-1"


def test_an_empty_credential_sends_no_header():
    assert "authorization" not in headers(create_call(settings(api_key=""), HELLO))


WITH_ADDRESS = [name for name in names() if named(name).base_url]


@pytest.mark.parametrize("name", WITH_ADDRESS)
def test_a_provider_goes_by_its_name(name, monkeypatch):
    row = named(name)
    if row.credential:
        monkeypatch.setenv(row.credential, "sk-planted")
    made = settings(name)

    assert (made.base_url, made.dialect) == (row.base_url, row)
    shown = headers(get_call(made, "/models"))
    assert shown.get(row.key_header or "authorization", "").endswith("sk-planted") is bool(row.credential)


@pytest.mark.parametrize("name", [name for name in WITH_ADDRESS if named(name).credential])
def test_a_provider_that_wants_a_credential_says_so_at_once(name, monkeypatch):
    variable = named(name).credential
    monkeypatch.delenv(variable, raising=False)

    with pytest.raises(ConfigurationError, match=f"^{name} wants a credential: set {variable}, or give api_key$"):
        settings(name)
    assert settings(name, api_key="k").base_url == named(name).base_url
    assert settings(name, headers={"Authorization": "Bearer k"}).base_url == named(name).base_url
    # By its address it may be anybody's who lets everybody in.
    assert settings(named(name).base_url).key.reveal() == ""


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("opnai", "did you mean 'openai'?"),
        ("OpenAI", "did you mean 'openai'?"),
        ("antropic", "did you mean 'anthropic'?"),
        ("zzz", "a provider is one of openai, openai-responses, anthropic,"),
        ("azure", "every azure has an address of its own"),
        ("", None),
    ],
)
def test_a_name_that_is_none_says_what_is_near(written, said):
    if said is None:
        assert settings(written).engine == ""
        return
    with pytest.raises(InvalidRequestError, match=said.replace("?", r"\?")) as caught:
        settings(written)
    assert caught.value.param == "base_url"


def test_a_unix_socket_is_told_how_it_is_written():
    with pytest.raises(InvalidRequestError, match=r"http\+unix://%2Frun%2Fa.sock/v1, or give transport=Connections"):
        settings("unix:///run/a.sock")


def test_weights_are_named_in_their_address():
    assert weights_at(placed("models/v1/a b.gguf").url + "/chat/completions") == "models/v1/a b.gguf"
    assert weights_at(placed("local").url + "/models") == ""
    assert weights_at("https://engine.local.test/v1/models") is None
    assert weights_at("https://a.test/v1/models") is None
    assert placed("models/v1.gguf").url.count("/v1") == 1


def test_other_options_come_on_top():
    made = settings(api_key="k", model="m", timeout=Timeouts(total=10, idle=3), retries=5, headers={"x-a": "1"})
    create_call(made, HELLO)
    other = varied(made, api_key="k2", model="m2", timeout=2, retries=0, headers={"X-A": "2", "x-b": "3"})
    call = create_call(other, {"messages": "Hello"})

    assert (call.timeouts, call.retry) == (Timeouts(total=2, idle=3), Retry(times=0))
    assert (headers(call)["authorization"], headers(call)["x-a"], headers(call)["x-b"]) == ("Bearer k2", "2", "3")
    assert sent(call)["model"] == "m2"
    assert (varied(made).timeouts, varied(made).model) == (made.timeouts, "m")
    assert headers(create_call(made, HELLO))["authorization"] == "Bearer k"


def test_settings_do_not_print_their_credential():
    made = settings(api_key="sk-planted")
    create_call(made, HELLO)

    assert isinstance(made.key, Secret)
    assert "planted" not in repr(made)


def test_weights_are_named_by_bytes_text_or_not():
    path = "/models/\udcff w\u00e4 %20?#.gguf"

    assert weights_at(placed(path).url + "/chat/completions") == path
