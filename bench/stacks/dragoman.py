"""dragoman, as its README uses it."""

from dragoman import AsyncDragoman, Dragoman


class Client:
    def __init__(self, port):
        self.client = Dragoman(f"http://127.0.0.1:{port}/v1", api_key="bench")

    def create(self, params):
        return self.client.chat.create(**params).choices[0].message.content

    def stream(self, params):
        count = 0
        for chunk in self.client.chat.stream(**params):
            chunk.choices[0].delta.content  # noqa: B018 - what a user reads
            count += 1
        return count

    def close(self):
        self.client.close()


class AsyncClient:
    def __init__(self, port):
        self.client = AsyncDragoman(f"http://127.0.0.1:{port}/v1", api_key="bench")

    async def create(self, params):
        return (await self.client.chat.create(**params)).choices[0].message.content

    async def close(self):
        self.client.close()
