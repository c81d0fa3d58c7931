"""openai-python."""

import openai
from asker import Asker, Lacks


class Client(Asker):
    blocking, asynchronous, packages = openai.OpenAI, openai.AsyncOpenAI, ("openai",)

    def parse(self, client, kind):
        return client.chat.completions.parse(**self.spoken({"response_format": kind})).choices[0].message.parsed

    def function(self, client, function):
        raise Lacks("no: models of pydantic alone")

    def partial(self, error):
        raise Lacks("of `.stream()` alone: its snapshot")

    def partials(self, client, kind):
        with client.chat.completions.stream(**self.spoken({"response_format": kind})) as stream:
            for event in stream:
                if event.type == "content.delta":
                    yield event.parsed
