"""Every stack on the same work in one run: CPU a call and a chunk, import, memory; as ratios.

python bench/client.py [--rounds N] [--write]

--write puts the tables into docs/benchmarks.md and README.md.
"""

import argparse
import datetime as dt
import json
import platform
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
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


# Client and server share one core, where there are several to choose from: waking a core that sleeps costs more than
# a whole call, differently each time, and says nothing of the client.
PINNED = ["taskset", "-c", "0"] if shutil.which("taskset") else []


def job(stack, name, port, count=1):
    command = [*PINNED, sys.executable, str(HERE / "job.py"), stack, name, str(port), str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def measure(port, rounds):
    """Every job of every stack, in turn, `rounds` times; the median of each."""
    found = {stack: {"create": [], "stream": [], "create_async": [], "ready": []} for stack in STACKS}
    for number in range(rounds):
        for stack in STACKS:
            for name, count in COUNTS[stack].items():
                found[stack][name].append(job(stack, name, port, count)["us"])
            found[stack]["ready"].append(job(stack, "ready", port))
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return {
        stack: {
            **{name: statistics.median(jobs[name]) for name in TITLES},
            **{key: statistics.median(one[key] for one in jobs["ready"]) for key in jobs["ready"][0]},
        }
        for stack, jobs in found.items()
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


def replace_between(path, mark, text):
    whole = path.read_text()
    pattern = re.compile(rf"(<!-- {mark}:start -->\n).*?(<!-- {mark}:end -->)", re.DOTALL)
    path.write_text(pattern.sub(lambda found: found.group(1) + text + "\n" + found.group(2), whole))


def write(short, whole, rounds):
    versions = ", ".join(
        f"{name} {__import__('importlib.metadata').metadata.version(name)}" for name in ("openai", "httpx", "msgspec")
    )
    today = dt.datetime.now(dt.UTC).date()
    taken = (
        f"\nTaken on {today} with `python bench/client.py --rounds {rounds} --write` "
        f"(Python {platform.python_version()}, {versions}; medians of {rounds} rounds in turn).\n"
    )
    root = HERE.parent
    replace_between(root / "README.md", "bench", short)
    replace_between(root / "docs" / "benchmarks.md", "bench", f"{short}\n\n{whole}\n{taken}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    command = [*PINNED, sys.executable, str(HERE / "server.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        found = measure(int(server.stdout.readline()), options.rounds)
        server.stdin.close()
    bare = bare_import()
    short, whole = tables(found, bare)
    print(f"{short}\n\n{whole}")
    if options.write:
        write(short, whole, options.rounds)
    # Reported, not failed on: a busy machine must not decide whether a change lands.
    for sentence in missed(found, bare):
        print(f"missed: {sentence}")


main()
