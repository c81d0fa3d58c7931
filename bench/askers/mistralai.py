"""Mistral's client. It tries nothing again unless told how: here for four seconds, as it does not count attempts."""

import inspect
import logging

from asker import MESSAGES, Asker, Lacks
from mistralai.client import Mistral, utils


class Client(Asker):
    blocking, packages = Mistral, ("mistralai",)
    root, ambient = "/v1", "MISTRAL_API_KEY"
    logger = None

    def options(self, url, key="sk-planted-0123456789abcdef", timeout=5.0, retries=0):
        made = {"server_url": url.removesuffix("/v1"), "api_key": key, "debug_logger": self.logger}
        if timeout is not None:
            made["timeout_ms"] = int(timeout * 1000)
        if retries:
            made["retry_config"] = utils.RetryConfig(
                "backoff", utils.BackoffStrategy(500, 8000, 2, 4000, 0), retry_connection_errors=True
            )
        return {name: value for name, value in made.items() if value is not None}

    def async_client(self, url, **options):
        return self.client(url, **options)

    def spoken(self, fields):
        if "headers" in fields:
            fields["http_headers"] = fields.pop("headers")
        return {"model": "m", "messages": MESSAGES} | fields

    def arguments(self):
        return inspect.signature(Mistral(api_key="x").chat.complete).parameters

    def ask(self, client, **fields):
        return client.chat.complete(**self.spoken(fields))

    async def ask_later(self, client, **fields):
        return await client.chat.complete_async(**self.spoken(fields))

    def stream(self, client, **fields):
        return client.chat.stream(**self.spoken(fields))

    async def stream_later(self, client, **fields):
        return await client.chat.stream_async(**self.spoken(fields))

    def close(self, stream):
        stream.__exit__(None, None, None)

    def quit(self, client):
        client.__exit__(None, None, None)

    def limited(self, client, seconds):
        return self.ask(client, timeout_ms=int(seconds * 1000))

    def raw(self, client):
        raise Lacks("no")

    def talkative(self):
        self.logger = logging.getLogger("mistralai")

    def refused(self, error):
        return error.headers

    def parse(self, client, kind):
        return client.chat.parse(kind, **self.spoken({})).choices[0].message.parsed
