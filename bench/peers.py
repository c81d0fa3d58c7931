"""The clients that docs/comparison.md compares, and where each is installed: an environment of its own."""

import os
import shutil
import subprocess
import sys
from typing import NamedTuple

from rounds import ROOT

ORIGINALS = ROOT / ".originals"
PAGE = ROOT / "docs" / "comparison.md"


class Client(NamedTuple):
    """One that is compared; what it is installed as, and at which version."""

    package: str
    version: str
    extra: str = ""
    folder: str = ""


CLIENTS = {
    "dragoman": None,
    "openai": Client("openai", "3.52.0"),
    "mistralai": Client("mistralai", "3.7.0"),
    "groq": Client("groq", "1.7.0"),
    # The one that bench/fronts.py installs.
    "litellm": Client("litellm", "1.106.2", "[proxy]"),
    "any_llm": Client("any-llm-sdk", "1.40.2", "[openai]"),
    "langchain_openai": Client("langchain-openai", "1.7.3"),
}


def python(client):
    """The interpreter that has a client."""
    if client is None:
        return sys.executable
    home = ORIGINALS / f"{client.package}-{client.version}"
    interpreter = home / "bin" / "python"
    package = f"{client.package}{client.extra}=={client.version}"
    there = [interpreter, "-c", f"import importlib.metadata as m; m.version({client.package!r})"]
    if not interpreter.exists() or subprocess.run(there, check=False, capture_output=True).returncode:
        uv = os.environ.get("UV") or shutil.which("uv")
        if uv is None:
            raise SystemExit(f"uv installs {package}: put it on PATH, or run this by `uv run`")
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, home], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", interpreter, package], check=True)
    return interpreter
