"""What clients can do, beside reading quirks: seen in a run of each, or read in a file of it. Makes a table.

python bench/features.py [--write | --of CLIENT [OBSERVATION …]]

--write puts the table into docs/comparison.md; --of shows what one client was seen to do, and where it raised. The
clients are those of `peers.py`. The rows are `features.toml`; what is seen are
`observations/`, asked in each client's own words, which are `askers/`, by `feature_probe.py`.
"""

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from peers import CLIENTS, ORIGINALS, PAGE, python
from rounds import HERE, ROOT, replace_between

TYPES = ("attrs==26.1.0", "msgspec==0.22.0", "trio==0.35.0")
"""What is lent to the clients: libraries of types, and an event loop, that they may know and do not bring."""


def lent():
    """The folder of what is lent."""
    folder = ORIGINALS / "-".join(["lent", *(one.replace("==", "-") for one in TYPES)])
    if not folder.exists():
        uv = os.environ.get("UV", "uv")
        command = [uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", folder, *TYPES]
        subprocess.run(command, check=True)
    return folder


def observed(name, *wanted):
    """What a client was seen to do, by observation: each a cell, and a traceback where it raised."""
    command = [python(CLIENTS[name]), HERE / "feature_probe.py", name, *wanted]
    environment = {key: value for key, value in os.environ.items() if not key.endswith("_API_KEY")}
    environment |= {"LENT": str(lent()), "LITELLM_LOG": "CRITICAL", "PYTHONWARNINGS": "ignore"}
    # Elsewhere than in this checkout: some read a file `.env` where they are.
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=environment, cwd=ORIGINALS, timeout=600
    )
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr[-2000:]}")
    lines = (json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"observation"'))
    return {one["observation"]: one for one in lines}


def strict_errors(name):
    """How many errors a strict type checker finds in a plain conversation by a client."""
    checker = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary"]
    environment = ["--cache-dir", ORIGINALS / "mypy" / name, "--python-executable", python(CLIENTS[name])]
    script = HERE / "conversations" / f"talk_{name}.py"
    done = subprocess.run(
        [*checker, *environment, script], check=False, capture_output=True, text=True, cwd=ORIGINALS, timeout=600
    )
    if done.returncode > 1 or done.stderr:
        raise SystemExit(f"{name}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return {"cell": str(done.stdout.count(" error: "))}


def looked_at(name):
    """All that is seen of a client: in runs of it, and by a type checker."""
    return observed(name) | {"strict_errors": strict_errors(name)}


@cache
def source(name, file):
    """The text of a file of an installed package, or of all modules of a folder."""
    client = CLIENTS[name]
    (packages,) = (ORIGINALS / f"{client.package}-{client.version}").glob("lib/python3*/site-packages")
    place = packages / file
    if not place.exists():
        raise SystemExit(f"{name}: there is no {file} any more")
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    return "\n".join(one.read_text(errors="replace") for one in files).lower()


def read(name, row):
    """A cell by a file, which still has to say so."""
    one = row[name]
    text, file = source(name, one["file"]), one["file"]
    if "has" in one:
        if one["has"].lower() not in text:
            raise SystemExit(f"{row['title']}: {file} of {name} has no {one['has']!r} any more")
        return f"{one['say']}: `{file}`"
    for word in one["lacks"]:
        if word.lower() in text:
            raise SystemExit(f"{row['title']}: {file} of {name} has {word!r}; look again")
    words = " or ".join(f"`{word}`" for word in one["lacks"])
    # A search is no proof: the feature may be there by another name.
    return f"{'' if one['say'] == 'no' else one['say'] + '; '}not found: {words} in `{file}`"


def own(row, seen):
    """Our own cell: what was seen, with the test that proves it."""
    said = row.get("own") or (seen[row["see"]]["cell"] if "see" in row else "yes")
    if "page" in row:
        return f"[{said}]({row['page']})"
    if "test" not in row:
        return said
    file, _, test = row["test"].partition("::")
    place = ROOT / "tests" / file
    if not place.exists() or f"def {test}" not in place.read_text():
        raise SystemExit(f"{row['title']}: there is no tests/{row['test']}")
    return f"[{said}](../tests/{file})"


def rows():
    """The groups of rows, as they are written down."""
    return tomllib.loads((HERE / "features.toml").read_text())["group"]


def table(seen):
    """All groups, each a table under its heading."""
    peers = [name for name, client in CLIENTS.items() if client]
    titles = [f"{name.replace('_', '-')} {CLIENTS[name].version}" for name in peers]
    lines = []
    for group in rows():
        lines += ["", f"### {group['title']}", "", f"| | **dragoman** | {' | '.join(titles)} |"]
        lines.append("|---" * (len(peers) + 2) + "|")
        for row in group["row"]:
            cells = [seen[name][row["see"]]["cell"] if "see" in row else read(name, row) for name in peers]
            lines.append(f"| {row['title']} | {own(row, seen['dragoman'])} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table into docs/comparison.md")
    parser.add_argument("--of", nargs="+", metavar="NAME", help="a client, and observations of it; no table")
    arguments = parser.parse_args()
    if arguments.of:
        for name, one in observed(*arguments.of).items():
            print(name, one["cell"], one.get("trace", ""), sep="\n" if "trace" in one else ": ")
        return
    lent()
    # Two at once: they mostly wait.
    with ThreadPoolExecutor(2) as pool:
        seen = dict(zip(CLIENTS, pool.map(looked_at, CLIENTS), strict=True))
    day = dt.datetime.now(dt.UTC).date()
    made = f"Looked at on {day}, on Python {sys.version.split()[0]}, by `python bench/features.py --write`."
    text = f"{made}\n{table(seen)}"
    print(text)
    if arguments.write:
        replace_between(PAGE, "features", text)


if __name__ == "__main__":
    main()
