"""httpx and json, as one writes it by hand."""

import json

import httpx


class Client:
    def __init__(self, port):
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}/v1")

    def create(self, params):
        return self.client.post("/chat/completions", json=params).json()["choices"][0]["message"]["content"]

    def stream(self, params):
        count = 0
        with self.client.stream("POST", "/chat/completions", json=params | {"stream": True}) as answer:
            for line in answer.iter_lines():
                if line.startswith("data: {"):
                    json.loads(line[6:])["choices"][0]["delta"].get("content")
                    count += 1
        return count

    def close(self):
        self.client.close()


class AsyncClient:
    def __init__(self, port):
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/v1")

    async def create(self, params):
        return (await self.client.post("/chat/completions", json=params)).json()["choices"][0]["message"]["content"]

    async def close(self):
        await self.client.aclose()
