"""The same two, asynchronously."""

import asyncio
import os

from atoma_sdk import AtomaSDK


async def main():
    async with AtomaSDK(bearer_auth=os.getenv("ATOMASDK_BEARER_AUTH", "")) as atoma_sdk:
        question = [{"role": "user", "content": "Name one French painter."}]
        res = await atoma_sdk.chat.create_async(messages=question, model="any", max_tokens=24, seed=123)
        print(res.choices[0].message.content, res.usage)
        res = await atoma_sdk.chat.create_stream_async(messages=question, model="any", max_tokens=24, seed=123)
        async with res as event_stream:
            async for event in event_stream:
                print(event.data.choices[0].delta.content or "", end="", flush=True)


asyncio.run(main())
