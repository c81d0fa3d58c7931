"""Each face against the package it stands for, on the same work in one run: CPU a call and a chunk, as ratios.

python bench/faces.py [--rounds N] [--write]

The originals are installed, once, into `.originals/`, each into an environment of its own: they have the faces' own
import names. --write puts the table into docs/benchmarks.md.
"""

import argparse
import datetime as dt
import os
import platform
import shutil
import subprocess
import sys
from functools import partial

from rounds import ROOT, in_turn, job, replace_between, serving

ORIGINALS = {"r9s": "r9s==0.9.0", "atoma_sdk": "atoma-sdk==0.1.3"}
# BeezyAI's package was never published: R9S's is the same generator's output.
AGAINST = {"r9s": "r9s", "atoma_sdk": "atoma_sdk", "beezy_ai": "r9s"}
JOBS = {
    "create": ("`create`, blocking", 3000, 100),
    "stream": ("a streamed chunk", 40_000, 1000),
    "create_async": ("`create_async`, 64 at once", 3000, 100),
}
WANTED = {"create": 80, "stream": 80}


def original(requirement):
    """The interpreter of an original's own environment, which is made where it is not there."""
    place = ROOT / ".originals" / requirement.replace("==", "-")
    python = place / "bin" / "python"
    uv = os.environ.get("UV") or shutil.which("uv")
    if not python.exists():
        if uv is None:
            raise SystemExit("uv installs the originals: put it on PATH, or run this by `uv run`")
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(place)], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), requirement], check=True)
    return python


def measure(port, rounds, pythons):
    """Every job of every face and every original, in turn, `rounds` times; the least of each, in microseconds.

    What else the machine does only ever adds, and to the longer jobs of the originals more: a median would flatter us.
    """
    tasks = {}
    for face in AGAINST:
        for name, (_, ours, theirs) in JOBS.items():
            if face in pythons:
                tasks["original", face, name] = partial(job, face, name, port, theirs, pythons[face])
            tasks["face", face, name] = partial(job, face, name, port, ours)
    return {task: min(one["us"] for one in found) for task, found in in_turn(tasks, rounds).items()}


def ratio(found, face, name):
    return found["original", AGAINST[face], name] / found["face", face, name]


def table(found):
    lines = [
        "| CPU time | face | original | the original takes |",
        "|---|---|---|---|",
    ]
    for face, against in AGAINST.items():
        for name, (title, _, _) in JOBS.items():
            ours, theirs = found["face", face, name], found["original", against, name]
            whose = "" if face == against else f" ({against}'s)"
            lines.append(
                f"| `{face}`: {title} | {ours:.1f} µs | {theirs:.0f} µs{whose} "
                f"| {ratio(found, face, name):.0f} times as much |"
            )
    return "\n".join(lines)


def missed(found):
    """The goals that this run did not reach, a sentence each."""
    for face in AGAINST:
        for name, wanted in WANTED.items():
            times = ratio(found, face, name)
            if times < wanted:
                yield f"{face}, {name}: the original takes {times:.0f} times as much, wanted {wanted}"


def versions(python):
    """What an original runs on."""
    code = "import importlib.metadata as m; print(*(f'{n} {m.version(n)}' for n in ('pydantic', 'httpx')), sep=', ')"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def write(text, rounds, pythons):
    beside = "; ".join(f"{ORIGINALS[face].replace('==', ' ')} on {versions(pythons[face])}" for face in ORIGINALS)
    today = dt.datetime.now(dt.UTC).date()
    taken = (
        f"\nTaken on {today} with `python bench/faces.py --rounds {rounds} --write` "
        f"(Python {platform.python_version()}, {beside}; the least of {rounds} rounds in turn).\n"
    )
    replace_between(ROOT / "docs" / "benchmarks.md", "faces", f"{text}\n{taken}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    pythons = {face: original(requirement) for face, requirement in ORIGINALS.items()}
    with serving() as port:
        found = measure(port, options.rounds, pythons)
    text = table(found)
    print(text)
    if options.write:
        write(text, options.rounds, pythons)
    # Reported, not failed on: a busy machine must not decide whether a change lands.
    for sentence in missed(found):
        print(f"missed: {sentence}")


main()
