"""The same two, asynchronously."""

import asyncio

from r9s import R9S


async def main():
    async with R9S(api_key="any") as r9_s:
        question = [{"role": "user", "content": "Name one French painter."}]
        res = await r9_s.chat.create_async(model="any", messages=question, max_tokens=24, temperature=0)
        async with res as event_stream:
            async for event in event_stream:
                print(event.choices[0].message.content, event.usage)
        res = await r9_s.chat.create_async(model="any", messages=question, max_tokens=24, temperature=0, stream=True)
        async with res as event_stream:
            async for event in event_stream:
                print(event.choices[0].delta.content or "", end="", flush=True)


asyncio.run(main())
