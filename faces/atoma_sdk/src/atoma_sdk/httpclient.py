"""What an injected HTTP client has to have."""

from dragoman.face.httpclient import AsyncHttpClient, HttpClient

__all__ = ["AsyncHttpClient", "HttpClient"]
