"""What an injected client has to have: httpx's own have it."""

import httpx

from dragoman.face.httpclient import AsyncHttpClient, HttpClient


def methods(protocol):
    return {name for name in vars(protocol) if not name.startswith("_")}


def test_httpx_clients_are_ones():
    assert methods(HttpClient) == methods(AsyncHttpClient) == {"build_request", "send"}
    assert all(callable(getattr(httpx.Client, name)) for name in methods(HttpClient))
    assert all(callable(getattr(httpx.AsyncClient, name)) for name in methods(AsyncHttpClient))
