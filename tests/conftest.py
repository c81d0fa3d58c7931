"""What every test runs under: no network but loopback, no credentials of the machine's user."""

import ipaddress
import os
import socket

import pytest
from hypothesis import HealthCheck, settings

# The first property test of a fresh machine builds hypothesis's tables of characters, which takes seconds; no
# example of ours is timed.
settings.register_profile("dragoman", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dragoman")

_connect = socket.socket.connect


def _connect_to_loopback(self: socket.socket, address):
    if self.family in {socket.AF_INET, socket.AF_INET6} and not ipaddress.ip_address(address[0]).is_loopback:
        pytest.fail(f"a test reached for {address[0]}: tests talk to this machine only")
    return _connect(self, address)


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", _connect_to_loopback)
    for name in os.environ:
        if name.endswith(("_API_KEY", "_PROXY", "_proxy")) or name.startswith("DRAGOMAN_"):
            monkeypatch.delenv(name)


@pytest.fixture
def homeless(monkeypatch):
    """Whoever runs this has no account and no `$HOME`, as in a container under a number of nobody's."""

    def unknown(_):
        raise KeyError("uid not found")

    for name in ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
