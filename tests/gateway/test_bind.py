"""Where the gateway can listen, and what it says where it cannot."""

import socket

import pytest

from dragoman.errors import ConfigurationError
from dragoman.gateway.bind import bound


def reached(place, family=socket.AF_INET):
    with socket.socket(family) as caller:
        caller.settimeout(5)
        caller.connect(place)


def test_a_free_port_is_chosen_and_told():
    with bound("127.0.0.1", 0, None) as (listener, url):
        port = listener.getsockname()[1]
        assert url == f"http://127.0.0.1:{port}/v1"
        reached(("127.0.0.1", port))
    with pytest.raises(ConnectionRefusedError):
        reached(("127.0.0.1", port))


@pytest.mark.skipif(not socket.has_ipv6, reason="there is no IPv6")
def test_an_ipv6_address_is_written_in_brackets():
    try:
        with bound("::1", 0, None) as (listener, url):
            assert url == f"http://[::1]:{listener.getsockname()[1]}/v1"
    except ConfigurationError as error:
        pytest.skip(f"this machine has no IPv6 loopback: {error}")


def test_a_port_that_is_taken_is_one_sentence():
    with bound("127.0.0.1", 0, None) as (listener, _):
        port = listener.getsockname()[1]
        with pytest.raises(ConfigurationError) as caught, bound("127.0.0.1", port, None):
            pass

    assert str(caught.value) == f"cannot listen on 127.0.0.1:{port}: address already in use; choose another --port"


def test_a_unix_socket_is_there_while_it_is_listened_on(tmp_path):
    path = tmp_path / "a b.sock"

    with bound("", 0, str(path)) as (_, url):
        assert url == f"http+unix://{str(path).replace('/', '%2F').replace(' ', '%20')}/v1"
        reached(str(path), socket.AF_UNIX)
    assert not path.exists()


def test_what_a_killed_process_left_is_replaced(tmp_path):
    path = tmp_path / "left.sock"
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))

    with bound("", 0, str(path)):
        reached(str(path), socket.AF_UNIX)


def test_a_socket_that_is_listened_on_is_left_to_its_owner(tmp_path):
    path = tmp_path / "taken.sock"

    with bound("", 0, str(path)):
        with pytest.raises(ConfigurationError, match="already in use; choose another --uds"), bound("", 0, str(path)):
            pass
        reached(str(path), socket.AF_UNIX)


def test_a_file_that_is_no_socket_is_not_touched(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("dear diary")

    with pytest.raises(ConfigurationError, match=r"cannot listen on .*notes\.txt"), bound("", 0, str(path)):
        pass

    assert path.read_text() == "dear diary"


@pytest.mark.parametrize("name", ["missing/x.sock", "x" * 200])
def test_a_path_that_cannot_be_is_one_sentence(tmp_path, name):
    with pytest.raises(ConfigurationError, match=r"cannot listen on .*; choose another --uds"):
        with bound("", 0, str(tmp_path / name)):
            pass
