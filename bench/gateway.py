"""Gateways on the same work in one run: CPU a request and a chunk, added latency, memory, start; as ratios.

python bench/gateway.py [--rounds N] [--peers] [--only NAME ...] [--write]

--peers measures LiteLLM and Portkey too, which are installed into `.originals/` (700 MB); --write puts the table into
docs/benchmarks.md. nginx is Debian's (apt-get install nginx-light); without it, its row and the ratios to it are left
out.
"""

import argparse
import contextlib
import datetime as dt
import http.client
import json
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from fronts import FRONTS, LITELLM, PORTKEY, Front
from load import body_for
from rounds import HERE, PINNED, ROOT, replace_between, serving

TITLES = {
    "nginx": "nginx, `proxy_pass`",
    "httpx": "httpx on uvicorn, by hand",
    "plain": "dragoman, no store",
    "features": "dragoman: key, limits, budgets, ledger",
    "litellm": f"LiteLLM {LITELLM}, no database",
    "portkey": f"Portkey {PORTKEY}, no database",
}
PEERS = ("litellm", "portkey")
# How much of each job for the slow ones: a tenth of it takes them longer than the whole takes the others.
SHARE = {"httpx": 0.1, "portkey": 0.1, "litellm": 0.01}
STREAMS = 1000
# LiteLLM breaks off streams when it has this many to begin with at once.
HELD = {"litellm": 100}
DELAY = 50
"""Milliseconds after which the upstream answers, where latency is measured: all else is the gateway's."""


class Job(NamedTuple):
    """What callers ask for.

    Attributes:
        model: the upstream's script.
        callers: how many at once.
        count: how many answers, of a gateway that is fast.
        units: how many units an answer is.
    """

    model: str
    callers: int
    count: int
    units: int = 1


REQUEST, BURST, PACED = Job("whole-0", 32, 3000), Job("stream-500-0", 16, 60, 500), Job("stream-100-20", 64, 64, 100)
WAITED = {8: Job(f"whole-{DELAY}", 8, 120), 64: Job(f"whole-{DELAY}", 64, 640)}


def load(front, job, count):
    """How long answers took, in seconds, the shortest first; and the CPU that the gateway took for all, in seconds."""
    command = [*PINNED, sys.executable, HERE / "load.py", front.port, job.model, min(job.callers, count), count]
    before = front.cpu()
    done = subprocess.run(spelled(command, front), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{job.model}: {done.stderr}")
    return json.loads(done.stdout)["took"], front.cpu() - before


def spelled(command, front):
    """A command of `load.py` with what callers of this gateway have to send."""
    headers = [word for each in front.headers for word in ("--header", each)]
    return [str(word) for word in [*command, "--key", front.key, *headers]]


def measure(front, share):
    """One round of one gateway: microseconds of CPU a unit, and milliseconds to an answer."""
    found = {}
    for title, job in {"request": REQUEST, "burst": BURST, "paced": PACED}.items():
        # A stream takes its time whatever the gateway: of the paced ones all are asked for, by half where it is slow.
        count = max(int(job.count * (share if job is not PACED else max(share, 0.25))), 8)
        load(front, REQUEST, max(int(REQUEST.count * share) // 10, 4))
        _, cpu = load(front, job, count)
        found[title] = cpu / count / job.units * 1e6
    return found | waited(front, share)


def waited(front, share=1.0):
    found = {}
    for callers, job in WAITED.items():
        count = max(int(job.count * max(share, 0.2)), callers)
        took, _ = load(front, job, count)
        found[f"p50 {callers}"] = statistics.median(took) * 1e3
        found[f"p99 {callers}"] = took[int(count * 0.99) - 1] * 1e3
    return found


def held(name, front):
    """Megabytes of memory when idle, and kilobytes that an open stream takes."""
    count = HELD.get(name, STREAMS)
    command = [*PINNED, sys.executable, HERE / "load.py", front.port, "stream-30-5000", 1, count, "--hold"]
    before = front.memory()
    pipe = subprocess.PIPE
    with subprocess.Popen(spelled(command, front), stdin=pipe, stdout=pipe, text=True) as callers:
        if callers.stdout.readline() != "begun\n":
            raise SystemExit(f"{name}: not all of {count} streams began")
        during = front.memory()
        callers.stdin.write("\n")
        callers.stdin.flush()
    return {"idle": before / 2**20, "stream": (during - before) / count / 1024}


@contextlib.contextmanager
def started(name, upstream):
    """A gateway that runs; and how many seconds its first answer was away when it was started, and how much CPU."""
    with tempfile.TemporaryDirectory() as folder, FRONTS[name](upstream, Path(folder)) as front:
        asked = http.client.HTTPConnection("127.0.0.1", front.port, timeout=60)
        headers = {"content-type": "application/json", "authorization": f"Bearer {front.key}"}
        headers |= dict(each.split(": ", 1) for each in front.headers)
        asked.request("POST", "/v1/chat/completions", body_for(REQUEST.model), headers)
        answer = asked.getresponse().read()
        if b"chatcmpl-bench" not in answer:
            raise SystemExit(f"{name} answers {answer[:1000]!r}")
        asked.close()
        yield front, {"start": time.monotonic() - front.begun, "start cpu": front.cpu()}


def run(names, rounds):
    """Every gateway, in turn, `rounds` times; the least of each figure, and what latency is without a gateway.

    What else the machine does only ever adds.
    """
    found = {name: [] for name in ("direct", *names)}
    once = {}
    with contextlib.ExitStack() as stack:
        upstream = stack.enter_context(serving("upstream.py"))
        fronts = {}
        for name in names:
            fronts[name], starts = stack.enter_context(started(name, upstream))
            once[name] = starts | held(name, fronts[name])
        for number in range(rounds):
            found["direct"].append(waited(Front(upstream, None)))
            for name, front in fronts.items():
                found[name].append(measure(front, SHARE.get(name, 1.0)))
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
    least = {name: {key: min(one[key] for one in each) for key in each[0]} for name, each in found.items()}
    return {name: least[name] | once[name] for name in names}, least["direct"]


def tables(found, direct):
    """What each takes, and how long its callers wait longer than they would without it."""
    floor = found.get("nginx")

    def times(one, key):
        # nginx's own row has nothing to be held against.
        return "" if floor is None or one is floor else f" ({one[key] / floor[key]:.1f} times nginx)"

    lines = [
        "| one worker | CPU a request | CPU a chunk, one each 20 ms | CPU a chunk, all at once | idle | a stream |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {TITLES[name]} | {one['request']:.0f} µs{times(one, 'request')} | {one['paced']:.0f} µs"
        f"{times(one, 'paced')} | {one['burst']:.1f} µs | {one['idle']:.0f} MB | {one['stream']:.0f} KB |"
        for name, one in found.items()
    ]
    lines += [
        "",
        "| added, ms | 8 callers: p50 / p99 | 64 callers: p50 / p99 | start: CPU / wall |",
        "|---|---|---|---|",
    ]
    for name, one in found.items():
        added = [
            " / ".join(f"{one[f'{part} {callers}'] - direct[f'{part} {callers}']:.1f}" for part in ("p50", "p99"))
            for callers in WAITED
        ]
        lines.append(f"| {TITLES[name]} | {added[0]} | {added[1]} | {one['start cpu']:.2f} / {one['start']:.2f} s |")
    return "\n".join(lines)


def missed(found):
    """The goals that this run did not reach, a sentence each."""
    ours = found.get("features")
    if ours is None:
        return
    for name, key, most in (("nginx", "request", 6), ("nginx", "paced", 2.5)):
        if name in found and ours[key] > most * found[name][key]:
            yield f"{key}: {ours[key] / found[name][key]:.1f} times nginx, wanted {most}"
    for name, least in (("litellm", 100), ("portkey", 15)):
        if name in found and found[name]["request"] < least * ours["request"]:
            yield f"request: {name} takes {found[name]['request'] / ours['request']:.0f} times as much, wanted {least}"
    if ours["stream"] > 60:
        yield f"memory: {ours['stream']:.0f} KB a stream, wanted 60"
    if ours["start"] > 1.5:
        yield f"start: {ours['start']:.2f} s, wanted 1.5"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--only", nargs="+", choices=FRONTS)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    names = options.only or [name for name in FRONTS if options.peers or name not in PEERS]
    note = ""
    if "nginx" in names and not shutil.which("nginx"):
        names.remove("nginx")
        note = "nginx was not installed: its row and the ratios to it are left out.\n"
    found, direct = run(names, options.rounds)
    whole = tables(found, direct)
    print(f"{whole}\n{note}")
    if options.write:
        what = "--peers " if options.peers else ""
        versions = ", ".join(f"{name} {version(name)}" for name in ("uvicorn", "uvloop", "httpx", "msgspec"))
        taken = (
            f"Taken on {dt.datetime.now(dt.UTC).date()} with `python bench/gateway.py {what}--rounds {options.rounds} "
            f"--write` (Python {platform.python_version()}, {versions}; the least of {options.rounds} rounds in turn)."
        )
        replace_between(ROOT / "docs" / "benchmarks.md", "gateway", f"{whole}\n\n{note}{taken}\n")
    # Reported, not failed on: a busy machine must not decide whether a change lands.
    for sentence in missed(found):
        print(f"missed: {sentence}")


if __name__ == "__main__":
    main()
