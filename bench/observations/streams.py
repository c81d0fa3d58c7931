"""Streams that are left, and what becomes of their connections."""

import asyncio
import gc
import socket
import struct
import threading
import time

from observations import failure, lagging, observe, open_stream, server, streamed, yes

SOON = 1.0
"""Seconds within which a server has to see that its client left."""


def is_left(there):
    """Whether the client of the first connection has left it by now, or does so soon."""
    return there.scripted.connections[0].left.wait(SOON)


@observe
def left_by_break(asker):
    gc.collect()
    gc.disable()
    try:
        with server(open_stream()) as there:
            client = asker.client(there.url)

            def first():
                for _ in asker.stream(client):
                    break

            first()
            return yes(is_left(there), "no: not before the garbage collector")
    finally:
        gc.enable()


@observe
def left_by_break_later(asker):
    async def first(url):
        client = asker.async_client(url)

        async def some():
            async for _ in await asker.stream_later(client):
                break

        await some()
        # The loop has its turns, as in a program that goes on.
        for _ in range(20):
            await asyncio.sleep(SOON / 20)

    gc.collect()
    gc.disable()
    try:
        with server(open_stream()) as there:
            loop = threading.Thread(target=lambda: asyncio.run(first(there.url)), daemon=True)
            loop.start()
            there.scripted.wait_for(1)
            began = time.monotonic()
            left = there.scripted.connections[0].left.wait(SOON + 0.5) and loop.is_alive()
            loop.join(5)
            return yes(left and time.monotonic() - began < 5, "no: not before the garbage collector")
    finally:
        gc.enable()


def cancelled(asker, work, *answers):
    """Whether a task that is cancelled while it waits leaves its connection."""

    async def run(url, there):
        task = asyncio.ensure_future(work(asker.async_client(url)))
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return await asyncio.to_thread(is_left, there)

    with server(*answers) as there:
        return asyncio.run(run(there.url, there))


@observe
def cancelled_tasks(asker):
    async def whole(client):
        await asker.ask_later(client)

    async def streamed(client):
        async for _ in await asker.stream_later(client):
            pass

    found = {"calls": cancelled(asker, whole, b""), "streams": cancelled(asker, streamed, open_stream())}
    lost = [name for name, left in found.items() if not left]
    return yes(not lost, f"no: {', '.join(lost)}")


@observe
def closed_by_another_thread(asker):
    with server(open_stream()) as there:
        stream = asker.stream(asker.client(there.url, timeout=20.0))
        iterator = iter(stream)
        next(iterator)
        ended = threading.Event()

        def read():
            asker.quietly(lambda: list(iterator))  # whatever it raises, it has ended
            ended.set()

        threading.Thread(target=read, daemon=True).start()
        time.sleep(0.2)
        asker.quietly(lambda: asker.close(stream))  # a generator that runs cannot be closed
        return yes(ended.wait(SOON), "no: waits on")


@observe
def client_closed_by_another_thread(asker):
    with server(lambda _: time.sleep(3)) as there:
        client = asker.client(there.url, timeout=20.0)
        ended = threading.Event()

        def ask():
            asker.quietly(lambda: asker.ask(client))  # whatever it raises, it has ended
            ended.set()

        threading.Thread(target=ask, daemon=True).start()
        while not there.times:
            time.sleep(0.01)
        asker.quit(client)
        return yes(ended.wait(SOON), "no: waits on")


@observe
def equal_chunks(asker):
    with server(streamed(*[" ha"] * 150)) as there:
        return yes(sum(1 for _ in asker.stream(asker.client(there.url))) >= 150)


@observe
def kept_partials(asker):
    def cut(peer):
        peer.sendall(open_stream())
        time.sleep(0.1)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()

    with server(cut) as there:
        client = asker.client(there.url)
        error = failure(lambda: list(asker.stream(client)))
    return yes(asker.partial(error) == "Mo")


@observe
def usage_of_what_was_left(asker):
    with server(open_stream()) as there:
        stream = asker.stream(asker.client(there.url))
        for _ in stream:
            break
        used = asker.used(stream)
    return yes(used, "no: none is said")


@observe
def connections_after_streams(asker):
    with server(lagging) as there:
        client = asker.client(there.url)
        for _ in range(3):
            for _ in asker.stream(client):
                pass
        blocking = len(there.scripted.connections)

    async def some(url):
        client = asker.async_client(url)
        for _ in range(3):
            async for _ in await asker.stream_later(client):
                pass

    with server(lagging) as there:
        asyncio.run(some(there.url))
        later = len(there.scripted.connections)
    lost = [name for name, count in {"blocking": blocking, "asyncio": later}.items() if count > 1]
    return yes(not lost, f"no: {', '.join(lost)}")
