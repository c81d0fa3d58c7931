"""Groq's client."""

import groq
from asker import Asker


class Client(Asker):
    blocking, asynchronous, packages = groq.Groq, groq.AsyncGroq, ("groq",)
    root, ambient = "/v1", "GROQ_API_KEY"

    def raw(self, client):
        found = client.chat.completions.with_raw_response.create(**self.spoken({}))
        return found.headers, found.read()
