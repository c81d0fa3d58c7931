"""One job of one stack in a process of its own; prints the CPU it took, in microseconds a unit.

python bench/job.py STACK JOB PORT COUNT
"""

import asyncio
import importlib.util
import json
import resource
import sys
import time
from pathlib import Path

PARAMS = {
    "model": "bench-1",
    "messages": [
        {"role": "system", "content": "Answer briefly."},
        {"role": "user", "content": "Who is the best French painter? Give three reasons for your choice."},
    ],
    "temperature": 0.7,
    "max_tokens": 256,
}
CONCURRENT = 64


def load(stack):
    # By path: a file named as the package it measures must not stand in the package's way.
    spec = importlib.util.spec_from_file_location(f"stack_{stack}", Path(__file__).parent / "stacks" / f"{stack}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def create(stack, port, count):
    client = stack.Client(port)
    for _ in range(max(20, count // 10)):
        client.create(PARAMS)
    begun = time.process_time()
    for _ in range(count):
        client.create(PARAMS)
    took = time.process_time() - begun
    client.close()
    return took / count


def stream(stack, port, count):
    client = stack.Client(port)
    client.stream(PARAMS)
    chunks = 0
    begun = time.process_time()
    while chunks < count:
        chunks += client.stream(PARAMS)
    took = time.process_time() - begun
    client.close()
    return took / chunks


async def create_async(stack, port, count):
    client = stack.AsyncClient(port)
    left = iter(range(count))

    async def caller():
        for _ in left:
            await client.create(PARAMS)

    await asyncio.gather(*(client.create(PARAMS) for _ in range(CONCURRENT)))
    begun = time.process_time()
    await asyncio.gather(*(caller() for _ in range(CONCURRENT)))
    took = time.process_time() - begun
    await client.close()
    return took / count


def main():
    name, job, port, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    begun = time.process_time()
    stack = load(name)
    imported = time.process_time() - begun
    if job == "ready":
        stack.Client(port).create(PARAMS)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            json.dumps({"import_ms": imported * 1e3, "ready_ms": (time.process_time() - begun) * 1e3, "rss_mb": peak})
        )
        return
    jobs = {"create": create, "stream": stream, "create_async": lambda *a: asyncio.run(create_async(*a))}
    print(json.dumps({"us": jobs[job](stack, port, count) * 1e6}))


main()
