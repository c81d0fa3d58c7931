"""This project's client."""

import logging
from typing import get_type_hints

from asker import Asker

import dragoman
from dragoman.chat.arguments import Arguments
from dragoman.log import logged


class Client(Asker):
    blocking, asynchronous = dragoman.Dragoman, dragoman.AsyncDragoman
    null, packages = dragoman.NULL, ("dragoman",)
    hooks = ()

    def options(self, url, key="sk-planted-0123456789abcdef", timeout=5.0, retries=0):
        made = {"api_key": key, "timeout": timeout, "retries": retries, "hooks": self.hooks}
        return {"base_url": url} | {name: value for name, value in made.items() if value is not None}

    def spoken(self, fields):
        headers = {"headers": fields.pop("headers")} if "headers" in fields else {}
        return super().spoken(fields) | headers

    def arguments(self):
        return get_type_hints(Arguments)

    def ask(self, client, **fields):
        return client.chat.create(**self.spoken(fields))

    async def ask_later(self, client, **fields):
        return await client.chat.create(**self.spoken(fields))

    def stream(self, client, **fields):
        return client.chat.stream(**self.spoken(fields))

    async def stream_later(self, client, **fields):
        return await client.chat.stream(**self.spoken(fields))

    def dump(self, answer):
        return answer.to_dict()

    def reasoning(self, answer):
        return answer.message.reasoning_content

    def identity(self, answer):
        # With `with_raw_response`, as `raw` has it, and on streams.
        return None

    def raw(self, client):
        found = client.chat.with_raw_response.create(**self.spoken({}))
        return found.headers, found.body

    def refused(self, error):
        return error.headers

    def parse(self, client, kind):
        return client.chat.parse(output=kind, reask=1, **self.spoken({})).parsed

    def partials(self, client, kind):
        return client.chat.stream(output=kind, **self.spoken({})).partials()

    def function(self, client, function):
        return client.chat.run(tools=[function], **self.spoken({}))

    def partial(self, error):
        return error.partial.text

    def used(self, stream):
        return stream.spent.completion_tokens

    def talkative(self):
        self.hooks = [logged]
        logging.getLogger("dragoman").setLevel(logging.DEBUG)
