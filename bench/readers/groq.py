"""Groq's client."""

from chat_form import KEY, openai_like
from groq import Groq


def client(url, patience):
    return Groq(base_url=url.removesuffix("/v1"), api_key=KEY, max_retries=0, timeout=patience)


FORMS = openai_like(client)
