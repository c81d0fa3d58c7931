"""LiteLLM as a library; a client is its function with the options of one."""

import importlib.util
import inspect
from functools import partial

import litellm
from asker import Asker, Lacks

litellm.suppress_debug_info = True


class Client(Asker):
    # Its errors are made to be openai's as well.
    packages = ("litellm",)

    def options(self, url, key="sk-planted-0123456789abcdef", timeout=5.0, retries=0):
        made = {"model": "openai/m", "api_base": url, "api_key": key, "timeout": timeout, "max_retries": retries}
        return {name: value for name, value in made.items() if value is not None}

    def client(self, url, **options):
        return partial(litellm.completion, **self.options(url, **options))

    def async_client(self, url, **options):
        return partial(litellm.acompletion, **self.options(url, **options))

    def spoken(self, fields):
        spoken = super().spoken(fields)
        del spoken["model"]
        return spoken

    def arguments(self):
        return inspect.signature(litellm.completion).parameters

    def ask(self, client, **fields):
        return client(**self.spoken(fields))

    async def ask_later(self, client, **fields):
        return await client(**self.spoken(fields))

    def stream(self, client, **fields):
        return client(stream=True, **self.spoken(fields))

    async def stream_later(self, client, **fields):
        return await client(stream=True, **self.spoken(fields))

    def quit(self, client):
        raise Lacks("no: no client to close")

    def identity(self, answer):
        return answer._hidden_params["additional_headers"].get("llm_provider-x-request-id")  # noqa: SLF001 - where it is

    def raw(self, client):
        found = self.ask(client)._hidden_params["additional_headers"]  # noqa: SLF001 - where they are
        return {name.removeprefix("llm_provider-"): value for name, value in found.items()}, None

    def shown(self, client):
        raise Lacks("has no client")

    def refused(self, error):
        return getattr(error, "litellm_response_headers", None) or error.response.headers

    def partial(self, error):
        return getattr(error, "generated_content", None)

    def function(self, client, function):
        if importlib.util.find_spec("numpydoc") is None:
            raise Lacks("no: wants numpydoc, which it does not bring")
        tool = {"type": "function", "function": litellm.utils.function_to_dict(function)}
        return self.ask(client, tools=[tool])

    def parse(self, client, kind):
        # Its answer is a text of the type, which the user reads.
        found = self.ask(client, response_format=kind).choices[0].message.content
        return kind.model_validate_json(found) if hasattr(kind, "model_validate_json") else found

    def talkative(self):
        litellm._turn_on_debug()  # noqa: SLF001 - the documented way
