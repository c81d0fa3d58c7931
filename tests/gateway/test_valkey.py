"""The connection to a server that processes share."""

import asyncio

import pytest

from dragoman.gateway.valkey import connected


def pinged(url):
    async def main():
        server = connected(url)
        try:
            return await server.ping()
        finally:
            await server.aclose()

    return asyncio.run(main())


@pytest.mark.parametrize("scheme", ["valkey", "redis"])
def test_both_names_of_the_protocol_are_understood(valkey_url, scheme):
    assert pinged(valkey_url.replace("redis", scheme, 1)) is True


def test_an_address_that_is_none_is_no_server():
    with pytest.raises(ValueError, match="must specify"):
        connected("http://127.0.0.1")
