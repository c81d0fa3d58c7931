"""The quirks of vendors in front of every client that can be installed: who reads which of them rightly.

python bench/quirks.py [--write]

--write puts the tables into docs/comparison.md. The clients are installed into `.originals/`, each into an environment
of its own; the first time takes minutes. `quirk_readers.py` is what runs there.
"""

import argparse
import json
import os
import subprocess
import sys

from peers import CLIENTS, ORIGINALS, PAGE, python
from rounds import HERE, ROOT, replace_between

sys.path.insert(0, str(ROOT / "tests"))

from quirks import ANY, CUT, LATE, QUIRKS, is_right, vendors

PATIENCE = 1.0
"""Seconds that a client is told to wait where a vendor sends nothing but comments; thirty elsewhere."""


IMPORTS = {
    "dragoman": "from dragoman import Dragoman",
    "openai": "from openai import OpenAI",
    "mistralai": "from mistralai.client import Mistral",
    "groq": "from groq import Groq",
    "litellm": "import litellm",
    "any_llm": "import any_llm",
    "langchain_openai": "from langchain_openai import ChatOpenAI",
}
LOADED = "import sys; before = set(sys.modules); {}; print(len(set(sys.modules) - before))"
NEEDED = """
import importlib.metadata as m, re
todo, found = [{!r}], {{}}
while todo:
    name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
    if name not in found:
        try:
            one = m.distribution(name)
        except m.PackageNotFoundError:
            continue
        found[name] = sum(file.size or 0 for file in one.files or ())
        # What an extra would add is asked for by name alone.
        todo += [re.match(r"[\\w.-]+", line)[0] for line in one.requires or () if "extra ==" not in line]
print(len(found), sum(found.values()))
"""


def weights():
    """For each client: what has to be installed for it, and what importing it loads. A table."""
    lines = [
        "| | packages it needs, itself included | their files, MB | modules that its import loads |",
        "|---|---|---|---|",
    ]
    for name, client in CLIENTS.items():
        interpreter = python(client)
        package = client.package if client else "dragoman"
        # Elsewhere than in this checkout, and with nothing of it on the path.
        count, size = _said(interpreter, NEEDED.format(package)).split()
        loaded = _said(interpreter, LOADED.format(IMPORTS[name]))
        megabytes = int(size) / 1e6 if client else sum(map(_size, (ROOT / "src").rglob("*.py"))) / 1e6 + int(size) / 1e6
        title = f"{package} {client.version}" if client else "**dragoman**"
        lines.append(f"| {title} | {count} | {megabytes:.1f} | {loaded} |")
    return "\n".join(lines)


def _size(path):
    return path.stat().st_size


def _said(interpreter, code):
    quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "PYTHONWARNINGS": "ignore"}
    command = [interpreter, "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | quiet, cwd=ORIGINALS)
    return done.stdout.strip().splitlines()[-1]


def told(name, urls):
    """What a client was told of each quirk, by quirk and form."""
    # LiteLLM would ask GitHub for prices when it starts.
    quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "CRITICAL", "PYTHONWARNINGS": "ignore"}
    command = [python(CLIENTS[name]), HERE / "quirk_readers.py", name]
    done = subprocess.run(
        command, input=json.dumps(urls), check=False, capture_output=True, text=True, env=os.environ | quiet
    )
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr[-2000:]}")
    found = {}
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            one = json.loads(line)
            found[one["quirk"], one["form"]] = one["told"]
    return found


def verdict(quirk, form, found):
    """What a reader made of a quirk, in a word or two; `ok` where it is right."""
    error = found.get("error")
    if found["waits"]:
        return "waits"
    if quirk.error is not None:
        return "silent" if error is None else judged(quirk, error)
    if error is not None:
        return f"fails: `{error['class'].rpartition('.')[2]}`"
    return "ok" if is_right(quirk, found, pieces=form == "raw") else found["odd"] or "wrong"


def judged(quirk, error):
    """Whether an error is the right one."""
    if not error["own"]:
        return f"leaks `{error['class'].rpartition('.')[2]}`"
    if quirk.error in {ANY, CUT, LATE} or error["status"] == quirk.error:
        return "ok"
    return f"as {error['status']}" if error["status"] else "no status"


def cell(found, key):
    """One client's results for one quirk: `ok`, or what is wrong in which form."""
    quirk = QUIRKS[key]
    results = {form: verdict(quirk, form, one) for (which, form), one in found.items() if which == key}
    if set(results.values()) == {"ok"}:
        return "ok", 0
    if len(set(results.values())) == 1:
        return next(iter(results.values())), 1
    return ", ".join(f"{form}: {result}" for form, result in results.items()), 1


def table(found):
    """The table, and below it how often each client has a form of a quirk wrong."""
    names = [
        f"{name.replace('_', '-')} {client.version}" if client else "**dragoman**" for name, client in CLIENTS.items()
    ]
    lines = [f"| the vendor … | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    missed = dict.fromkeys(CLIENTS, 0)
    for key, quirk in QUIRKS.items():
        cells = []
        for name in CLIENTS:
            text, wrong = cell(found[name], key)
            missed[name] += wrong
            cells.append(text)
        lines.append(f"| … {quirk.title} | {' | '.join(cells)} |")
    counts = " | ".join(str(count) for count in missed.values())
    lines.append(f"| **quirks, of {len(QUIRKS)}, with a form that is not right** | {counts} |")
    forms = " | ".join(", ".join(dict.fromkeys(form for _, form in found[name])) for name in CLIENTS)
    lines.append(f"| forms that it has | {forms} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table into docs/comparison.md")
    parser.add_argument("--raw", metavar="CLIENT", help="print what one client was told, and no table")
    arguments = parser.parse_args()
    with vendors() as urls:
        tasks = {
            key: (streams, whole if QUIRKS[key].whole else None, PATIENCE if QUIRKS[key].error == LATE else 30.0)
            for key, (streams, whole) in urls.items()
        }
        if arguments.raw:
            print(json.dumps([[*key, one] for key, one in told(arguments.raw, tasks).items()], indent=1))
            return
        found = {}
        for name in CLIENTS:
            print(name, file=sys.stderr)
            found[name] = told(name, tasks)
    tables = {"quirks": table(found), "weights": weights()}
    print(*tables.values(), sep="\n\n")
    if arguments.write:
        for mark, text in tables.items():
            replace_between(PAGE, mark, text)


if __name__ == "__main__":
    main()
