"""atoma-sdk, as its documents use it: the face, or the original in an environment that holds it."""

from atoma_sdk import AtomaSDK


class Client:
    def __init__(self, port):
        self.client = AtomaSDK(bearer_auth="bench", server_url=f"http://127.0.0.1:{port}")

    def create(self, params):
        return self.client.chat.create(**params).choices[0].message.content

    def stream(self, params):
        count = 0
        with self.client.chat.create_stream(**params) as events:
            for event in events:
                event.data.choices[0].delta.content  # noqa: B018 - what a user reads
                count += 1
        return count

    def close(self):
        with self.client:
            pass


class AsyncClient:
    def __init__(self, port):
        self.client = AtomaSDK(bearer_auth="bench", server_url=f"http://127.0.0.1:{port}")

    async def create(self, params):
        return (await self.client.chat.create_async(**params)).choices[0].message.content

    async def close(self):
        async with self.client:
            pass
