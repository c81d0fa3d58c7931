import datetime as dt
import json
import math

import msgspec
import pytest

from dragoman import NULL, InvalidRequestError
from dragoman.call import body_call, create_call, get_call, lasting, stream_call
from dragoman.call.settings import settings_for
from dragoman.dialect.table import named
from dragoman.wire.completion import Message, read_completion

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


def test_what_one_vendor_said_goes_to_another_without_what_that_one_refuses():
    received = {"role": "assistant", "content": "Monet", "refusal": None, "annotations": [], "vendor": 1}
    completion = read_completion(json.dumps({"choices": [{"index": 0, "message": received}]}).encode())
    asked = {"model": "m", "messages": [completion.message, {"role": "assistant", "content": "x", "refusal": None}]}

    body = sent(create_call(settings("https://api.mistral.ai/v1"), asked))

    assert body["messages"][0] == {"role": "assistant", "content": "Monet", "vendor": 1}
    # What the caller wrote is the caller's.
    assert body["messages"][1] == {"role": "assistant", "content": "x", "refusal": None}


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
    [
        ({"model": "m"}, "messages"),
        ({"messages": "Hello"}, "model"),
        (HELLO | {"messages": {"role": "user", "content": "Hello"}}, "messages"),
        (HELLO | {"messages": Message(content="Hello")}, "messages"),
        (HELLO | {"messages": b"Hello"}, "messages"),
        (HELLO | {"messages": 5}, "messages"),
        (HELLO | {"timeout": 0}, "timeout"),
        (HELLO | {"timeout": "5"}, "timeout"),
        (HELLO | {"timeout": (5, 60)}, "timeout"),
        (HELLO | {"timeout": math.nan}, "timeout"),
        (HELLO | {"stream": True}, "stream"),
        (HELLO | {"extra_body": {"stream": True}}, "stream"),
        (HELLO | {"retries": "2"}, "retries"),
        (HELLO | {"retries": 1.5}, "retries"),
        (HELLO | {"headers": {"x-run": 5}}, "headers"),
    ],
)
def test_what_is_missing_or_wrong_is_named(arguments, param):
    with pytest.raises(InvalidRequestError) as caught:
        create_call(settings(), arguments)
    assert caught.value.param == param


def test_what_json_cannot_hold_is_refused_in_words():
    with pytest.raises(InvalidRequestError, match=r"cannot hold a \w+: JSON has no form for it"):
        create_call(settings(), HELLO | {"metadata": __import__("threading").Lock()})
    assert sent(create_call(settings(), HELLO | {"user": dt.date(2026, 1, 2)}))["user"] == "2026-01-02"
    endless = {}
    endless["again"] = endless
    with pytest.raises(InvalidRequestError, match="nested too deep, or holds itself"):
        create_call(settings(), HELLO | {"metadata": endless})


def test_messages_that_can_be_gone_through_once_serve_more_requests_than_one():
    said = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good day."}]

    assert lasting({"messages": iter(said), "seed": 1}) == {"messages": said, "seed": 1}
    assert sent(create_call(settings(), HELLO | {"messages": iter(said)}))["messages"] == said


def test_each_call_has_an_idempotency_key_of_its_own():
    keys = {headers(create_call(settings(), HELLO))["idempotency-key"] for _ in range(100)}

    assert len(keys) == 100


def test_a_call_does_not_print_its_credential():
    made = settings(api_key="sk-planted")

    assert "planted" not in repr(made)
    assert "planted" not in repr(create_call(made, HELLO))


def test_a_query_comes_behind_the_address_and_the_dialects_own():
    plain = create_call(settings(), HELLO | {"extra_query": {"a": 1, "b": ["x", "y z"], "c": None}})
    azure = stream_call(
        msgspec.structs.replace(settings(), dialect=named("azure")), HELLO | {"extra_query": {"trace": "on"}}
    )

    assert plain.request.url == "https://a.test/v1/chat/completions?a=1&b=x&b=y+z"
    assert azure.request.url.endswith("/chat/completions?api-version=2024-10-21&trace=on")
    assert "extra_query" not in sent(plain)


def test_a_query_of_the_address_goes_with_every_request():
    made = settings("https://a.test/v1/?api-version=1")

    assert made.base_url == "https://a.test/v1"
    assert create_call(made, HELLO).request.url == "https://a.test/v1/chat/completions?api-version=1"
    assert get_call(made, "/models").request.url == "https://a.test/v1/models?api-version=1"
    more = create_call(made, HELLO | {"extra_query": {"trace": "on"}})
    assert more.request.url == "https://a.test/v1/chat/completions?trace=on&api-version=1"


def test_headers_under_another_clients_name_do_not_go_into_the_body():
    with pytest.raises(InvalidRequestError, match="extra_headers are headers here") as refused:
        create_call(settings(), HELLO | {"extra_headers": {"Authorization": "Bearer sk-1"}})

    assert "sk-1" not in str(refused.value)


def test_a_query_that_is_no_text_is_refused():
    with pytest.raises(InvalidRequestError) as caught:
        create_call(settings(), HELLO | {"extra_query": {"a": "\ud800"}})
    assert caught.value.param == "extra_query"
