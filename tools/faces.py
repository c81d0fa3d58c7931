"""Run every example of the faces against a gateway on the embedded model, with and without the credentials set.

python tools/faces.py [FOLDER …]

A folder holds documents with Python examples, or Python files; where none is named, the faces' own examples, and the
vendors' pages in ../shared/seeds where they are. Each example runs as it is written, in a process of its own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FACES = ("beezy_ai", "r9s", "atoma_sdk")
CREDENTIALS = {"API_KEY_AUTH": "any", "R9S_API_KEY": "any", "ATOMASDK_BEARER_AUTH": "any"}


def examples(folder: Path) -> dict[str, str]:
    """The examples in a folder's documents that use a face, by where they stand."""
    found: dict[str, str] = {}
    for file in sorted(path for path in folder.iterdir() if path.suffix in {".txt", ".md", ".py"}):
        text = file.read_text()
        blocks = [text] if file.suffix == ".py" else re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        for number, code in enumerate(blocks, start=1):
            if re.search(rf"\b(?:from|import) (?:{'|'.join(FACES)})\b", code):
                found[f"{folder.parent.name}/{folder.name}/{file.name}, example {number}"] = code
    return found


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


def failures(url: str, found: dict[str, str]) -> int:
    """Run them all; how many failed."""
    failed = 0
    plain = {name: value for name, value in os.environ.items() if name not in CREDENTIALS}
    for place, code in found.items():
        for said, variables in (("without", {}), ("with", CREDENTIALS)):
            environment = plain | variables | {"DRAGOMAN_BASE_URL": url}
            done = subprocess.run(
                [sys.executable, "-c", code], check=False, capture_output=True, text=True, env=environment, timeout=300
            )
            fine = done.returncode == 0 and not done.stderr
            failed += not fine
            shown = done.stdout.strip().replace("\n", " ")[:60] if fine else done.stderr.strip()
            print(f"{'ran' if fine else 'FAILED'}  {place}, {said} credentials: {shown}")
    return failed


def main() -> None:
    """Run what was named, or what is there."""
    folders = [Path(name) for name in sys.argv[1:]]
    if not folders:
        pages = ROOT.parent / "shared" / "seeds"
        folders = [*(ROOT / "faces" / face / "examples" for face in FACES), *([pages] if pages.is_dir() else [])]
    found = {place: code for folder in folders for place, code in examples(folder).items()}
    process, url = gateway()
    try:
        failed = failures(url, found)
    finally:
        process.terminate()
        process.communicate()
    print(f"{len(found)} examples, each with and without credentials: {failed or 'none'} failed")
    sys.exit(1 if failed else 0)


main()
