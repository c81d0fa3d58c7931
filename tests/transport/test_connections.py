"""How a client connects, said once for both colours."""

import copy
import pickle
import ssl

import pytest

from colours import BOTH, CALL, name_of
from dragoman import ConfigurationError, Connections, Dragoman, errors
from scripted import READ, TUNNEL, Scripted, answer, repeat

COMPLETION = b'{"choices":[{"index":0,"message":{"content":"Monet"},"finish_reason":"stop"}]}'


@pytest.fixture(params=BOTH, ids=name_of)
def colour(request):
    return request.param


def test_a_unix_socket_leads_to_whatever_host_the_address_names(colour, tmp_path):
    with Scripted([READ, answer(COMPLETION)], unix=tmp_path / "s") as server:
        outcome = colour.create("http://engine.test/v1", transport=Connections(unix=tmp_path / "s"))

    assert outcome.result.text == "Monet"
    assert server.requests[0].headers["host"] == "engine.test"


def test_a_server_is_verified_by_authorities_that_are_named(colour, authority):
    with Scripted([READ, answer(COMPLETION)], tls=authority.server("127.0.0.1")) as server:
        url = server.url("/v1", scheme="https")
        outcome = colour.create(url, transport=Connections(verify=authority.file))

    assert outcome.result.text == "Monet"


@pytest.mark.parametrize(("verify", "answered"), [(True, False), (False, True), ("context", True)])
def test_and_by_no_others_unless_nobody_looks(colour, authority, verify, answered):
    if verify == "context":
        verify = ssl.create_default_context(cafile=authority.file)
    with Scripted([READ, answer(COMPLETION)], tls=authority.server("127.0.0.1")) as server:
        outcome = colour.create(server.url("/v1", scheme="https"), transport=Connections(verify=verify), retries=0)

    assert (outcome.error is None) is answered
    if not answered:
        assert type(outcome.error) is errors.ConnectionFailedError
        assert "cannot be verified" in str(outcome.error)


def test_a_client_shows_a_certificate_of_its_own(colour, authority):
    given = Connections(verify=authority.file, cert=authority.client("me"))
    with Scripted([READ, answer(COMPLETION)], tls=authority.server("127.0.0.1", want_client=True)) as server:
        outcome = colour.create(server.url("/v1", scheme="https"), transport=given)

    assert outcome.result.text == "Monet"


def test_every_request_goes_through_a_proxy_that_is_given(colour):
    with Scripted([READ, answer(COMPLETION)]) as proxy:
        given = Connections(proxy=proxy.url("").replace("http://", "http://user:planted@"))
        outcome = colour.create("http://a.test/v1", transport=given)

    assert outcome.result.text == "Monet"
    assert proxy.requests[0].line == "POST http://a.test/v1/chat/completions HTTP/1.1"
    assert proxy.requests[0].headers["proxy-authorization"].startswith("Basic ")
    assert "planted" not in repr(given)


def test_through_a_tunnel_where_the_address_is_of_tls(colour, authority):
    with Scripted([READ, answer(COMPLETION)], tls=authority.server("127.0.0.1")) as server, Scripted([TUNNEL]) as proxy:
        url = server.url("/v1", scheme="https")
        outcome = colour.create(url, transport=Connections(proxy=proxy.url(""), verify=authority.file))

    assert outcome.result.text == "Monet"


def test_the_environments_proxies_are_left_out_on_request(colour, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with Scripted([READ, answer(COMPLETION)]) as server:
        outcome = colour.create(server.url("/v1"), transport=Connections(trust_env=False))

    assert outcome.result.text == "Monet"


def test_this_machine_is_reached_whatever_the_environments_proxy_is(colour, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with Scripted([READ, answer(COMPLETION)]) as server:
        assert colour.create(server.url("/v1")).result.text == "Monet"
    refusal = colour.create("http://a.test/v1").error
    assert isinstance(refusal, ConfigurationError)
    assert "ALL_PROXY must be an http:// or https:// URL" in str(refusal)


@pytest.mark.parametrize("most", [0, -1])
def test_no_connection_at_all_is_refused(most):
    with pytest.raises(ConfigurationError, match="most is a whole number from 1"):
        Connections(most=most)


def test_one_connection_at_a_time():
    with Scripted([repeat(READ, answer(COMPLETION))]) as server:
        with Dragoman(server.url("/v1"), transport=Connections(most=1)) as client:
            for _ in range(3):
                client.chat.create(**CALL)

    assert len(server.connections) == 1


def test_what_a_client_made_of_options_it_closes():
    with Scripted([READ, answer(COMPLETION)]) as server:
        with Dragoman(server.url("/v1"), transport=Connections()) as client:
            client.chat.create(**CALL)
        assert server.left()


def test_a_proxy_and_a_unix_socket_contradict_each_other():
    with pytest.raises(ConfigurationError, match="give one of proxy and unix"):
        Connections(proxy="http://127.0.0.1:9", unix="/run/x.sock")


def test_options_can_be_copied_and_shared():
    given = Connections(proxy="http://127.0.0.1:9", most=3)

    assert pickle.loads(pickle.dumps(given)) == copy.deepcopy(given) == given
    first, second = given.blocking_transport(), given.blocking_transport()
    assert first is not second
    for made in (first, second, given.async_transport()):
        made.close()
