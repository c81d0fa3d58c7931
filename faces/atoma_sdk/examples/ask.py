"""A completion, with the parameters of the documented example."""

import os

from atoma_sdk import AtomaSDK

with AtomaSDK(bearer_auth=os.getenv("ATOMASDK_BEARER_AUTH", "")) as atoma_sdk:
    res = atoma_sdk.chat.create(
        messages=[{"role": "user", "content": "Name one French painter."}],
        model="any",
        frequency_penalty=0,
        max_tokens=24,
        n=1,
        presence_penalty=0,
        seed=123,
        stop=["###"],
        temperature=0.7,
        top_p=1,
        user="user-1234",
    )
    print(res.choices[0].message.content, res.usage)
