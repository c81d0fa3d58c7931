"""Run every example of the faces against a gateway on the embedded model, with and without the credentials set.

python tools/faces.py [FOLDER …]

A folder holds documents with examples in Python and TypeScript, or Python files; where none is named, the faces' own
examples, and the vendors' pages in ../shared/seeds where they are. Each example runs as it is written, in a process of
its own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
NODE = ROOT / ".tools" / "node" / "node"
# Node finds a package from where the program is.
PROGRAMS = ROOT / "typescript" / "build" / "faces"
USES = {"python": r"\b(?:from|import) (?:beezy_ai|r9s|atoma_sdk)\b", "typescript": r"from \"atoma-sdk\b"}
CREDENTIALS = {"API_KEY_AUTH": "any", "R9S_API_KEY": "any", "ATOMASDK_BEARER_AUTH": "any"}


class Example(NamedTuple):
    """An example: where it stands, and what runs it."""

    place: str
    command: list[str]


def examples(folder: Path) -> list[Example]:
    """The examples in a folder's documents that use a face."""
    found: list[Example] = []
    for file in sorted(path for path in folder.iterdir() if path.suffix in {".txt", ".md", ".py"}):
        text = file.read_text()
        blocks = re.findall(r"```(python|typescript)\n(.*?)```", text, re.DOTALL)
        for number, (language, code) in enumerate([("python", text)] if file.suffix == ".py" else blocks, start=1):
            if re.search(USES[language], code):
                place = f"{folder.parent.name}/{folder.name}/{file.name}, example {number}"
                found.append(Example(place, command(language, code, f"{file.stem}-{number}.mjs")))
    return found


def command(language: str, code: str, name: str) -> list[str]:
    """What runs some code."""
    if language == "python":
        return [sys.executable, "-c", code]
    PROGRAMS.mkdir(parents=True, exist_ok=True)
    (PROGRAMS / name).write_text(code)
    return [str(NODE), str(PROGRAMS / name)]


def gateway() -> tuple[subprocess.Popen[str], str]:
    """A gateway in a process of its own, and its address."""
    command = [sys.executable, "-m", "dragoman.cli", "serve", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    assert process.stderr is not None  # noqa: S101 - it was asked for
    for line in process.stderr:
        found = re.search(r"http://\S+/v1", line)
        if found:
            return process, found.group()
    raise SystemExit("the gateway did not start")


def failures(url: str, found: list[Example]) -> int:
    """Run them all; how many failed."""
    failed = 0
    plain = {name: value for name, value in os.environ.items() if name not in CREDENTIALS}
    for example in found:
        for said, variables in (("without", {}), ("with", CREDENTIALS)):
            environment = plain | variables | {"DRAGOMAN_BASE_URL": url}
            done = subprocess.run(
                example.command, check=False, capture_output=True, text=True, env=environment, timeout=300
            )
            fine = done.returncode == 0 and not done.stderr
            failed += not fine
            shown = done.stdout.strip().replace("\n", " ")[:60] if fine else done.stderr.strip()
            print(f"{'ran' if fine else 'FAILED'}  {example.place}, {said} credentials: {shown}")
    return failed


def main() -> None:
    """Run what was named, or what is there."""
    folders = [Path(name) for name in sys.argv[1:]]
    if not folders:
        pages = ROOT.parent / "shared" / "seeds"
        folders = [*sorted(ROOT.glob("faces/*/examples")), *([pages] if pages.is_dir() else [])]
    found = [example for folder in folders for example in examples(folder)]
    process, url = gateway()
    try:
        failed = failures(url, found)
    finally:
        process.terminate()
        process.communicate()
    print(f"{len(found)} examples, each with and without credentials: {failed or 'none'} failed")
    sys.exit(1 if failed else 0)


main()
