"""The same calls, asynchronously."""

import asyncio
import os

from beezy_ai import BeezyAI


async def main():
    async with BeezyAI(api_key_auth=os.getenv("API_KEY_AUTH", "")) as s:
        request = {
            "model": "any",
            "messages": [{"role": "user", "content": "Name one French painter."}],
            "max_tokens": 24,
            "random_seed": 1337,
        }
        res = await s.chat.create_async(request=request)
        print(res.choices[0].message.content, res.usage)
        async for event in await s.chat.stream_async(request=request):
            if event.data == "[DONE]":
                print("\nover")
            else:
                print(event.data.choices[0].delta.content or "", end="", flush=True)


asyncio.run(main())
