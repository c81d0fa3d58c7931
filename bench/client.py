"""Every stack on the same work in one run: CPU a call and a chunk, import, memory; as ratios.

python bench/client.py [--rounds N] [--write]

--write puts the tables into docs/benchmarks.md and README.md.
"""

import argparse
import datetime as dt
import platform
import statistics
import subprocess
import sys
from functools import partial

from rounds import ROOT, in_turn, job, replace_between, serving

STACKS = ("floor", "dragoman", "httpx", "openai")
COUNTS = {
    "floor": {"create": 3000, "stream": 60_000, "create_async": 3000},
    "dragoman": {"create": 3000, "stream": 60_000, "create_async": 3000},
    "httpx": {"create": 600, "stream": 10_000, "create_async": 200},
    "openai": {"create": 200, "stream": 3000, "create_async": 200},
}
TITLES = {
    "create": "`create`, blocking",
    "stream": "a streamed chunk",
    "create_async": "`create`, 64 at once on asyncio",
}


def measure(port, rounds):
    """Every job of every stack, in turn, `rounds` times; the median of each."""
    tasks = {}
    for stack in STACKS:
        for name, count in COUNTS[stack].items():
            tasks[stack, name] = partial(job, stack, name, port, count)
        tasks[stack, "ready"] = partial(job, stack, "ready", port)
    found = in_turn(tasks, rounds)
    return {stack: medians(found, stack) for stack in STACKS}


def medians(found, stack):
    ready = found[stack, "ready"]
    return {
        **{name: statistics.median(one["us"] for one in found[stack, name]) for name in TITLES},
        **{key: statistics.median(one[key] for one in ready) for key in ready[0]},
    }


def bare_import():
    """`import dragoman` and `import openai` alone: milliseconds of CPU."""
    code = "import time; t = time.process_time(); import {}; print((time.process_time() - t) * 1e3)"
    times = {
        name: statistics.median(
            float(subprocess.run([sys.executable, "-c", code.format(name)], check=True, capture_output=True).stdout)
            for _ in range(5)
        )
        for name in ("dragoman", "openai")
    }
    return times["dragoman"], times["openai"]


def tables(found, bare):
    """The README's short table, and the whole one."""
    ours, floor, theirs = found["dragoman"], found["floor"], found["openai"]
    lines = [
        "| CPU time | dragoman | times the floor | openai-python takes | httpx + json takes |",
        "|---|---|---|---|---|",
    ]
    for name, title in TITLES.items():
        lines.append(
            f"| {title} | {ours[name]:.1f} µs | {ours[name] / floor[name]:.1f} "
            f"| {theirs[name] / ours[name]:.0f} times as much | {found['httpx'][name] / ours[name]:.0f} times as much |"
        )
    lines.append(
        f"| import, client, first answer | {ours['ready_ms']:.0f} ms | {ours['ready_ms'] / floor['ready_ms']:.1f} "
        f"| {theirs['ready_ms'] / ours['ready_ms']:.0f} times as much "
        f"| {found['httpx']['ready_ms'] / ours['ready_ms']:.0f} times as much |"
    )
    lines.append(f"| `import` alone | {bare[0]:.1f} ms | | {bare[1] / bare[0]:.0f} times as much | |")
    short = "\n".join(lines)
    whole = [
        "| stack | create µs | chunk µs | 64 creates, µs each | first answer ms | resident MB |",
        "|---|---|---|---|---|---|",
    ]
    whole += [
        f"| {stack} | {one['create']:.1f} | {one['stream']:.2f} | {one['create_async']:.1f} "
        f"| {one['ready_ms']:.0f} | {one['rss_mb']:.0f} |"
        for stack, one in found.items()
    ]
    return short, "\n".join(whole)


def missed(found, bare):
    """The goals that this run did not reach, a sentence each."""
    ours, floor, theirs = found["dragoman"], found["floor"], found["openai"]
    for name in ("create", "stream", "create_async"):
        if theirs[name] < 60 * ours[name]:
            yield f"{name}: openai-python takes {theirs[name] / ours[name]:.0f} times as much, wanted 60"
        if ours[name] > 2.5 * floor[name]:
            yield f"{name}: {ours[name] / floor[name]:.1f} times the floor, wanted 2.5"
    if bare[1] < 20 * bare[0]:
        yield f"import: a {bare[1] / bare[0]:.0f}th of openai-python's, wanted a 20th"
    if ours["rss_mb"] > 35:
        yield f"memory: {ours['rss_mb']:.0f} MB resident after one call, wanted 35"


def write(short, whole, rounds):
    versions = ", ".join(
        f"{name} {__import__('importlib.metadata').metadata.version(name)}" for name in ("openai", "httpx", "msgspec")
    )
    today = dt.datetime.now(dt.UTC).date()
    taken = (
        f"\nTaken on {today} with `python bench/client.py --rounds {rounds} --write` "
        f"(Python {platform.python_version()}, {versions}; medians of {rounds} rounds in turn).\n"
    )
    replace_between(ROOT / "README.md", "bench", short)
    replace_between(ROOT / "docs" / "benchmarks.md", "bench", f"{short}\n\n{whole}\n{taken}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with serving() as port:
        found = measure(port, options.rounds)
    bare = bare_import()
    short, whole = tables(found, bare)
    print(f"{short}\n\n{whole}")
    if options.write:
        write(short, whole, options.rounds)
    # Reported, not failed on: a busy machine must not decide whether a change lands.
    for sentence in missed(found, bare):
        print(f"missed: {sentence}")


main()
