"""A stream of events, each with its chunk as `data`."""

import os

from atoma_sdk import AtomaSDK

with AtomaSDK(bearer_auth=os.getenv("ATOMASDK_BEARER_AUTH", "")) as atoma_sdk:
    res = atoma_sdk.chat.create_stream(
        messages=[{"role": "user", "content": "Name one French painter.", "name": "john_doe"}],
        model="any",
        max_tokens=24,
        seed=123,
    )
    with res as event_stream:
        for event in event_stream:
            print(event.data.choices[0].delta.content or "", end="", flush=True)
