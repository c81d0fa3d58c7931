"""A script behind an address is the same script, for any client."""

import http.client
import json
import threading
from urllib.parse import urlsplit

import openai
import pytest

import asking
from dragoman.testing import Script, ScriptError, models, raw, says, serving, slow, stall
from dragoman.transport.blocking import BlockingTransport

BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Who?"}]})


def connect(url):
    place = urlsplit(url)
    return http.client.HTTPConnection(place.hostname, place.port, timeout=20)


def test_a_document_and_a_stream_are_answered_on_one_connection():
    script = Script(says("Monet"), says("Claude Monet"), models("m"))
    with serving(script) as url, asking.client(None, url) as client:
        assert client.chat.create(messages="Who?").text == "Monet"
        with client.chat.stream(messages="Who?") as stream:
            assert [chunk.text for chunk in stream if chunk.text] == ["Claude", " Monet"]
        assert client.models.list().data[0].id == "m"

    assert [asked.method for asked in script.requests] == ["POST", "POST", "GET"]
    assert script.requests[0].url == f"{url}/chat/completions"
    assert script.requests[0].headers["authorization"] == "Bearer [credential]"


def test_another_sdk_is_answered_alike():
    with serving(Script(says("Monet"), says("Claude Monet"))) as url:
        with openai.OpenAI(base_url=url, api_key="x", max_retries=0) as client:
            ask = {"model": "m", "messages": [{"role": "user", "content": "Who?"}]}
            assert client.chat.completions.create(**ask).choices[0].message.content == "Monet"
            with client.chat.completions.create(**ask, stream=True) as stream:
                assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "Claude Monet"


def test_status_and_headers_arrive_as_they_were_written():
    reply = raw(b"busy", status=503, content_type="text/plain", headers={"X-Request-Id": "r1"})
    with serving(Script(reply)) as url:
        connection = connect(url)
        connection.request("POST", "/v1/chat/completions", BODY)
        answer = connection.getresponse()
        told = (answer.status, answer.headers["x-request-id"], answer.headers["content-type"], answer.read())
        connection.close()

    assert told == (503, "r1", "text/plain", b"busy")


def test_a_body_that_comes_in_chunks_is_read_and_the_connection_goes_on():
    script = Script(says("Monet"), raw(b"", status=204), says("Manet"))
    with serving(script) as url:
        connection = connect(url)
        told = []
        for body in (iter([BODY[:5].encode(), BODY[5:].encode()]), BODY, BODY):
            connection.request("POST", "/v1/chat/completions", body, encode_chunked=True)
            answer = connection.getresponse()
            told.append((answer.status, bool(answer.read())))
        connection.close()

    assert told == [(200, True), (204, False), (200, True)]
    assert [asked.body.decode() for asked in script.requests] == [BODY] * 3


def test_a_script_that_runs_out_tells_the_client_and_the_test():
    connections = []

    def program(url):
        connections.append(connect(url))
        connections[0].request("POST", "/v1/chat/completions", BODY)
        answer = connections[0].getresponse()
        return answer.status, json.load(answer)["error"]["message"]

    with pytest.raises(ScriptError, match="holds nothing"):
        with serving(Script()) as url:
            status, message = program(url)

    assert status == 501
    assert message.startswith("ScriptError: the script holds nothing, and has no answer left for request 1")
    connections[0].close()


def test_a_script_with_something_left_says_so_when_the_server_ends():
    with pytest.raises(ScriptError, match="1 of the script's 1 answers"):
        with serving(Script(says("Monet"))):
            pass


def test_a_stall_lasts_until_the_client_leaves():
    with serving(Script(stall(says("a b"), after=1), says("Monet"))) as url, asking.client(None, url) as client:
        with client.chat.stream(messages="Who?") as stream:
            assert next(stream).text == "a"
        assert client.chat.create(messages="Who?").text == "Monet"


def test_the_server_ends_though_a_client_still_waits():
    with serving(Script(stall(says("a b"), after=1))) as url:
        connection = connect(url)
        connection.request("POST", "/v1/chat/completions", json.dumps(json.loads(BODY) | {"stream": True}))
        answer = connection.getresponse()
        assert answer.fp.readline()

    connection.close()
    assert not [thread for thread in threading.enumerate() if "process_request" in thread.name]


def test_a_timed_script_ends_with_its_server_too():
    with serving(Script(slow(says("a b"), seconds=60), timed=True)) as url:
        connection = connect(url)
        connection.request("POST", "/v1/chat/completions", json.dumps(json.loads(BODY) | {"stream": True}))
        connection.getresponse()

    connection.close()


def test_any_transport_can_be_served_and_stays_its_owners():
    far = Script(says("Monet"))
    sockets = BlockingTransport()
    with serving(far) as real, serving(sockets, to=real) as url:
        assert asking.ask(None, base_url=url).text == "Monet"

    assert far.requests[0].url.startswith(real)


def test_a_client_that_leaves_amid_an_answer_harms_nobody():
    long = raw(*[b"x" * 65536] * 400, content_type="text/plain")
    with serving(Script(long, says("Monet"))) as url:
        connection = connect(url)
        connection.request("POST", "/v1/chat/completions", BODY)
        connection.getresponse().read(1)
        connection.close()
        assert asking.ask(None, base_url=url).text == "Monet"
