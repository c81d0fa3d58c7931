"""LangChain's ChatOpenAI."""

import inspect

from asker import MESSAGES, Asker, Lacks
from langchain_core.globals import set_debug
from langchain_openai import ChatOpenAI


class Client(Asker):
    packages = ("langchain_openai", "langchain_core")

    def client(self, url, key="sk-planted-0123456789abcdef", timeout=5.0, retries=0, **more):
        made = {"base_url": url, "api_key": key, "timeout": timeout, "max_retries": retries}
        return ChatOpenAI(model="m", **{name: value for name, value in made.items() if value is not None}, **more)

    def async_client(self, url, **options):
        return self.client(url, **options)

    def spoken(self, fields):
        spoken = super().spoken(fields)
        del spoken["model"]
        return {"input": spoken.pop("messages", MESSAGES)} | spoken

    def arguments(self):
        # `bind_tools` has these; the rest are fields of the client.
        return {*ChatOpenAI.model_fields, "tools", *inspect.signature(ChatOpenAI.bind_tools).parameters}

    def ask(self, client, **fields):
        return client.invoke(**self.spoken(fields))

    async def ask_later(self, client, **fields):
        return await client.ainvoke(**self.spoken(fields))

    def stream(self, client, **fields):
        return client.stream(**self.spoken(fields))

    async def stream_later(self, client, **fields):
        return client.astream(**self.spoken(fields))

    def quit(self, client):
        client.root_client.close()

    def text(self, answer):
        return answer.content

    def finish(self, answer):
        return answer.response_metadata["finish_reason"]

    def reasoning(self, answer):
        found = [block.get("reasoning") for block in answer.content_blocks if block["type"] == "reasoning"]
        if not found:
            raise Lacks("no: dropped")
        return found[0]

    def message(self, answer):
        return answer

    def identity(self, answer):
        return answer.response_metadata.get("request_id")

    def raw(self, client):
        client.include_response_headers = True
        return self.ask(client).response_metadata["headers"], None

    def parse(self, client, kind):
        return client.with_structured_output(kind).invoke(MESSAGES)

    def partials(self, client, kind):
        return client.with_structured_output(kind).stream(MESSAGES)

    def function(self, client, function):
        return client.bind_tools([function]).invoke(MESSAGES)

    def without(self, url, name):
        # Parameters are the client's own here.
        return self.ask(self.client(url, **{name: None}))

    def talkative(self):
        set_debug(True)
