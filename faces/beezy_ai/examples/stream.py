"""A stream of JSON; its last event is the sentinel."""

import os

import beezy_ai
from beezy_ai import BeezyAI

s = BeezyAI(api_key_auth=os.getenv("API_KEY_AUTH", ""))

res = s.chat.stream(
    request={
        "model": "any",
        "messages": [{"role": beezy_ai.ChatCompletionRole.USER, "content": "Name one French painter. Answer in JSON."}],
        "response_format": {"type": "json_object"},
        "max_tokens": 128,
        "random_seed": 1337,
    }
)

if res is not None:
    for event in res:
        if event.data == "[DONE]":
            print("\nover")
        else:
            print(event.data.choices[0].delta.content or "", end="", flush=True)
