"""One process of callers on one key, for the tests: `python callers.py PLACE KEY CALLERS TRIES SEED`, limits on stdin.

Writes a JSON list with an object for each request that was admitted: when it was begun and ended by the machine's
clock, and what it took.
"""

import asyncio
import json
import random
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import msgspec

from dragoman.gateway.limits.admission import Grant, admission
from dragoman.gateway.limits.claims import Ask
from dragoman.gateway.limits.terms import Limits

RESERVED = 100


async def caller(door, who, tries, chance, admitted):
    for _ in range(tries):
        grant = await door.reserve(who, Ask("m", tokens=RESERVED, cost=RESERVED))
        if not isinstance(grant, Grant):
            await asyncio.sleep(chance.uniform(0, 0.005))
            continue
        begun = time.monotonic()
        await asyncio.sleep(chance.uniform(0, 0.01))
        took = chance.randint(0, RESERVED)
        admitted.append({"begun": begun, "ended": time.monotonic(), "took": took})
        grant.settle(took, took)


async def main(place, key, callers, tries, seed):
    limits = msgspec.json.decode(sys.stdin.read(), type=Limits)
    who = SimpleNamespace(id=key, whose=f"key {key}", limits=limits)
    door = admission(Path(place), place if "://" in place else None)
    chance, admitted = random.Random(seed), []
    keeping = asyncio.ensure_future(door.keep())
    await asyncio.gather(*(caller(door, who, tries, chance, admitted) for _ in range(callers)))
    keeping.cancel()
    await door.close()
    sys.stdout.write(json.dumps(admitted))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
