"""beezy_ai, as its documents use it: the face; the original was never published."""

from beezy_ai import BeezyAI, models


class Client:
    def __init__(self, port):
        self.client = BeezyAI(api_key_auth="bench", server_url=f"http://127.0.0.1:{port}/v1")

    def create(self, params):
        return self.client.chat.create(request=params).choices[0].message.content

    def stream(self, params):
        count = 0
        for event in self.client.chat.stream(request=params):
            if isinstance(event, models.ChatCompletionChoicesEvent):
                event.data.choices[0].delta.content  # noqa: B018 - what a user reads
                count += 1
        return count

    def close(self):
        with self.client:
            pass


class AsyncClient:
    def __init__(self, port):
        self.client = BeezyAI(api_key_auth="bench", server_url=f"http://127.0.0.1:{port}/v1")

    async def create(self, params):
        return (await self.client.chat.create_async(request=params)).choices[0].message.content

    async def close(self):
        async with self.client:
            pass
