"""any-llm, by its provider openai."""

import inspect

from any_llm import AnyLLM, completion
from asker import Asker, Lacks


class Client(Asker):
    packages, package = ("any_llm",), "any-llm-sdk"

    def client(self, url, key="sk-planted-0123456789abcdef", timeout=5.0, retries=0):
        made = {"api_key": key, "api_base": url, "timeout": timeout, "max_retries": retries}
        # What it means to do by itself one day.
        made["unified_exceptions"] = True
        return AnyLLM.create("openai", **{name: value for name, value in made.items() if value is not None})

    def async_client(self, url, **options):
        return self.client(url, **options)

    def arguments(self):
        return inspect.signature(completion).parameters

    def ask(self, client, **fields):
        return client.completion(**self.spoken(fields))

    async def ask_later(self, client, **fields):
        return await client.acompletion(**self.spoken(fields))

    def stream(self, client, **fields):
        return client.completion(stream=True, **self.spoken(fields))

    async def stream_later(self, client, **fields):
        return await client.acompletion(stream=True, **self.spoken(fields))

    def raw(self, client):
        raise Lacks("no")

    def refused(self, error):
        return error.original_exception.response.headers

    def parse(self, client, kind):
        return self.ask(client, response_format=kind).choices[0].message.parsed
