"""A gateway with all its features over many requests and streams: does its memory stay, is each in the ledger?

python bench/soak.py [--requests N] [--streams N]
"""

import argparse
import sqlite3
import sys
import tempfile
from pathlib import Path

from fronts import FRONTS
from rounds import serving

from gateway import Job, load

STEPS = 20


def soak(front, requests, streams):
    """Megabytes of resident memory at the beginning and after each of 20 steps: requests, then streams."""
    found = {}
    for title, job, count in (
        ("requests", Job("whole-0", 32, 0), requests),
        ("streams", Job("stream-20-5", 64, 0), streams),
    ):
        found[title] = [resident(front)]
        for number in range(STEPS):
            load(front, job, count // STEPS)
            found[title].append(resident(front))
            print(f"{(number + 1) * (count // STEPS)} {title}: {found[title][-1]:.1f} MB", file=sys.stderr)
    return found


def resident(front):
    return sum(each.memory_info().rss for each in front.processes()) / 2**20


def grown(samples):
    """Megabytes from the second quarter to the last: what comes before is caches that fill."""
    quarter = len(samples) // 4
    return max(samples[-quarter:]) - max(samples[quarter : 2 * quarter])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--streams", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving("upstream.py") as upstream:
        with FRONTS["features"](upstream, Path(folder)) as front:
            load(front, Job("whole-0", 1, 0), 1)
            found = soak(front, options.requests, options.streams)
        with sqlite3.connect(Path(folder) / "dragoman.db") as store:
            rows = dict(store.execute("SELECT end_reason, count(*) FROM requests GROUP BY 1"))
    for title, samples in found.items():
        print(
            f"{title}: {samples[0]:.1f} MB before, {max(samples):.1f} MB at most, {samples[-1]:.1f} MB after; ", end=""
        )
        print(f"{grown(samples):+.1f} MB from the second quarter to the last")
    asked = 1 + sum(count // STEPS * STEPS for count in (options.requests, options.streams))
    print(f"asked: {asked}, in the ledger: {rows}")
    if rows != {"completed": asked}:
        raise SystemExit("the ledger has not each of them")


main()
