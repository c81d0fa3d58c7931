"""One test body for both colours: the blocking client, and the asynchronous one run to its end."""

import asyncio

from dragoman import AsyncDragoman, Dragoman


class Outcome:
    """What came of a call: its result, or the error it raised; and the chunks a stream gave before."""

    def __init__(self):
        self.result = None
        self.error = None
        self.chunks = []

    @property
    def texts(self):
        return [chunk.text for chunk in self.chunks]


class Blocking:
    def create(self, url, call=None, **client):
        outcome = Outcome()
        with Dragoman(url, **client) as made:
            try:
                outcome.result = made.chat.create(**(call or CALL))
            except Exception as error:  # noqa: BLE001 - that nothing but ours gets out is what tests assert
                outcome.error = error
        return outcome

    def stream(self, url, call=None, seen=lambda: None, **client):
        outcome = Outcome()
        with Dragoman(url, **client) as made:
            try:
                with made.chat.stream(**(call or CALL)) as stream:
                    outcome.result = stream
                    for chunk in stream:
                        outcome.chunks.append(chunk)
                        seen()
            except Exception as error:  # noqa: BLE001 - that nothing but ours gets out is what tests assert
                outcome.error = error
        return outcome


class Waiting:
    def create(self, url, call=None, **client):
        outcome = Outcome()

        async def main():
            async with AsyncDragoman(url, **client) as made:
                try:
                    outcome.result = await made.chat.create(**(call or CALL))
                except Exception as error:  # noqa: BLE001 - that nothing but ours gets out is what tests assert
                    outcome.error = error

        asyncio.run(main())
        return outcome

    def stream(self, url, call=None, seen=lambda: None, **client):
        outcome = Outcome()

        async def main():
            async with AsyncDragoman(url, **client) as made:
                try:
                    async with made.chat.stream(**(call or CALL)) as stream:
                        outcome.result = stream
                        async for chunk in stream:
                            outcome.chunks.append(chunk)
                            seen()
                except Exception as error:  # noqa: BLE001 - that nothing but ours gets out is what tests assert
                    outcome.error = error

        asyncio.run(main())
        return outcome


CALL = {"messages": "Who is the best French painter?", "model": "m"}
BOTH = [Blocking(), Waiting()]


def name_of(colour):
    return type(colour).__name__.lower()
