"""What every benchmark is made of: one server, jobs in processes of their own, in turn; tables put into a page."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent

# Client and server share one core, where there are several to choose from: waking a core that sleeps costs more than
# a whole call, differently each time, and says nothing of the client.
PINNED = ["taskset", "-c", "0"] if shutil.which("taskset") else []
# A gateway has a core of its own, where there is one: what it costs is not to depend on whose code its callers and its
# upstream have just run there.
APART = ["taskset", "-c", "1"] if PINNED and len(os.sched_getaffinity(0)) > 1 else PINNED


@contextlib.contextmanager
def serving(program="server.py"):
    """A server in a process of its own; its port."""
    command = [*PINNED, sys.executable, str(HERE / program)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()


def job(stack, name, port, count=1, python=sys.executable):
    """One job of one stack, in a process of its own; what it printed."""
    command = [*PINNED, str(python), str(HERE / "job.py"), stack, name, str(port), str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def in_turn(tasks, rounds):
    """Every task, in turn, `rounds` times; what each returned, by its name."""
    found = {name: [] for name in tasks}
    for number in range(rounds):
        for name, task in tasks.items():
            found[name].append(task())
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return found


def replace_between(path, mark, text):
    """Put a text between the two marks of a page."""
    whole = path.read_text()
    pattern = re.compile(rf"(<!-- {mark}:start -->\n).*?(<!-- {mark}:end -->)", re.DOTALL)
    path.write_text(pattern.sub(lambda found: found.group(1) + text + "\n" + found.group(2), whole))
