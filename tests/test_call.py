import datetime as dt
import json

import pytest

from dragoman import NULL, InvalidRequestError, Retry, Timeouts
from dragoman.call import LOCAL_URL, body_call, create_call, get_call, settings_for, stream_call
from dragoman.wire.completion import read_completion

HELLO = {"messages": "Hello", "model": "m"}


def settings(base_url="https://a.test/v1", **given):
    known = {"api_key": None, "model": "", "timeout": None, "retries": None, "headers": None}
    return settings_for(base_url, **(known | given))


def sent(call):
    return json.loads(call.request.body)


def headers(call):
    return dict(call.request.headers + call.request.own)


def test_a_text_is_one_users_message():
    call = create_call(settings(), HELLO)

    assert sent(call) == {"messages": [{"role": "user", "content": "Hello"}], "model": "m"}
    assert (call.request.method, call.request.url) == ("POST", "https://a.test/v1/chat/completions")


def test_none_leaves_a_field_out_and_null_sends_null():
    body = sent(create_call(settings(), HELLO | {"temperature": None, "stop": NULL, "metadata": {"a": NULL}}))

    assert "temperature" not in body
    assert (body["stop"], body["metadata"]) == (None, {"a": None})
    assert repr(NULL) == "NULL"


def test_an_assistants_message_goes_back_with_everything_it_came_with():
    received = {"role": "assistant", "content": None, "vendor": {"trace": 1}, "tool_calls": []}
    completion = read_completion(json.dumps({"choices": [{"index": 0, "message": received}]}).encode())

    body = sent(
        create_call(settings(), {"model": "m", "messages": [{"role": "user", "content": "x"}, completion.message]})
    )

    assert body["messages"][1] == received


def test_extra_fields_come_on_top():
    assert sent(create_call(settings(), HELLO | {"extra_body": {"model": "other", "guided": 1}}))["model"] == "other"


def test_a_stream_asks_for_its_usage_and_hides_the_chunk_nobody_asked_for():
    call = stream_call(settings(), HELLO)

    assert sent(call)["stream"] is True
    assert sent(call)["stream_options"] == {"include_usage": True}
    assert call.hide_usage is True
    assert headers(call)["accept"] == "text/event-stream"


@pytest.mark.parametrize("options", [{"include_usage": True}, {"include_usage": False}, NULL])
def test_a_caller_who_decides_about_the_usage_sees_what_comes(options):
    assert stream_call(settings(), HELLO | {"stream_options": options}).hide_usage is False


def test_a_vendor_that_cannot_say_the_usage_is_not_asked():
    assert "stream_options" not in sent(stream_call(settings("https://api.mistral.ai/v1"), HELLO))


def test_the_vendors_spelling_is_spoken_at_its_address():
    assert sent(create_call(settings("https://api.mistral.ai/v1"), HELLO | {"seed": 7}))["random_seed"] == 7


def test_a_body_is_sent_as_it_is():
    body = {"model": "m", "messages": [], "stream": True, "temperature": None}

    assert sent(body_call(settings(), body, {"x-a": "b"})) == body


@pytest.mark.parametrize(
    ("arguments", "param"),
    [({"model": "m"}, "messages"), ({"messages": "Hello"}, "model"), (HELLO | {"timeout": 0}, "timeout")],
)
def test_what_is_missing_or_wrong_is_named(arguments, param):
    with pytest.raises(InvalidRequestError) as caught:
        create_call(settings(), arguments)
    assert caught.value.param == param


def test_what_json_cannot_hold_is_refused_in_words():
    with pytest.raises(InvalidRequestError, match=r"cannot hold a \w+: JSON has no form for it"):
        create_call(settings(), HELLO | {"metadata": __import__("threading").Lock()})
    assert sent(create_call(settings(), HELLO | {"user": dt.date(2026, 1, 2)}))["user"] == "2026-01-02"


def test_each_call_has_an_idempotency_key_of_its_own():
    keys = {headers(create_call(settings(), HELLO))["idempotency-key"] for _ in range(100)}

    assert len(keys) == 100


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


@pytest.mark.parametrize("given", ["a.test/v1", "ftp://a.test", "https://", "https://a.test/v1?x=1", "http//a"])
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


def test_an_empty_credential_sends_no_header():
    assert "authorization" not in headers(create_call(settings(api_key=""), HELLO))


def test_a_call_does_not_print_its_credential():
    made = settings(api_key="sk-planted")

    assert "planted" not in repr(made)
    assert "planted" not in repr(create_call(made, HELLO))
