"""Instructions that a unit of work takes, by callgrind: they are the same however busy the machine is, and whichever.

python bench/instructions.py [--only NAME ...]

Valgrind is Debian's (apt-get install valgrind), and makes all of it take minutes. A number is what a longer run takes
more than a shorter one, by unit, and of the thread that does the work. What the kernel does is not in it, nor what cold
caches cost: it tells two versions apart, not two programs.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import fronts
from rounds import HERE, serving

ENVIRONMENT = {"PYTHONHASHSEED": "0"}
"""Under which two runs take the same way through their dictionaries."""


def under(folder):
    """What is put before a command, to count its instructions into files of a folder, one for each thread."""
    return ["valgrind", "--tool=callgrind", "--separate-threads=yes", f"--callgrind-out-file={folder}/%p", "--quiet"]


def of_main_thread(folder):
    """The instructions of the first thread of the one process that was counted there."""
    (found,) = Path(folder).glob("*-01")
    return int(re.search(r"^(?:summary|totals): (\d+)", found.read_text(), re.MULTILINE)[1])


def job(stack, name, count):
    """Those of one job of a client."""
    with serving() as port, tempfile.TemporaryDirectory() as folder:
        command = [*under(folder), sys.executable, HERE / "job.py", stack, name, port, count]
        subprocess.run([*map(str, command)], check=True, capture_output=True, env=os.environ | ENVIRONMENT)
        return of_main_thread(folder)


def gateway(model, callers, count):
    """Those of our gateway with all its features, until it has answered so many."""
    with (
        serving("upstream.py") as upstream,
        tempfile.TemporaryDirectory() as place,
        tempfile.TemporaryDirectory() as into,
    ):
        os.environ.update(ENVIRONMENT)
        fronts.APART = under(into)
        with fronts.features(upstream, Path(place)) as front:
            command = [sys.executable, HERE / "load.py", front.port, model, callers, count, "--key", front.key]
            subprocess.run([*map(str, command)], check=True, capture_output=True)
        return of_main_thread(into)


# Each with what it does, by how much, less and more; a job of `create` begins with twenty or a tenth as warming.
WORK = {
    "client: create": (partial(job, "dragoman", "create"), 100, 200, 1),
    "floor: create": (partial(job, "floor", "create"), 100, 200, 1),
    "client: a streamed chunk": (partial(job, "dragoman", "stream"), 1000, 6000, 1),
    "floor: a streamed chunk": (partial(job, "floor", "stream"), 1000, 6000, 1),
    "gateway: a request": (partial(gateway, "whole-0", 32), 300, 1500, 1),
    # Slowly, since all of this is: a chunk that comes alone is what is counted, not several in one read.
    "gateway: a chunk, one each 150 ms": (lambda chunks: gateway(f"stream-{chunks}-150", 4, 4), 10, 90, 4),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help=f"of {', '.join(WORK)}")
    names = parser.parse_args().only or [*WORK]
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind counts them: apt-get install valgrind")
    for name in names:
        work, less, more, units = WORK[name]
        print(f"{name}: {(work(more) - work(less)) / (more - less) / units:,.0f} instructions", flush=True)


if __name__ == "__main__":
    main()
