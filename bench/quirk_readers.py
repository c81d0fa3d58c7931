"""Other clients as readers of quirks: run by the interpreter that has the client; prints what each was told.

python bench/quirk_readers.py CLIENT < {"quirk": ["url of streams", "url of answers in one piece", patience], …}
"""

import importlib.util
import json
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from quirks import Told

HERE = Path(__file__).parent
LONGER = 5.0
"""Seconds after the timeout that a reader was given, after which it is said to wait for ever."""


def report(read, own, url, patience):
    """What one reader was told of one quirk, or how it failed."""
    told = Told()
    found = {}

    def run():
        try:
            read(told, url, patience)
        except Exception as error:  # noqa: BLE001 - which ones get out is what is looked at
            found["error"] = {
                "class": f"{type(error).__module__}.{type(error).__name__}",
                "own": type(error).__module__.partition(".")[0] in own,
                "status": getattr(error, "status_code", getattr(error, "status", None)),
                "sentence": str(error)[:200],
            }

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(patience + LONGER)
    return {**told.to_dict(), **found, "waits": thread.is_alive()}


OWN = {"any_llm": ("any_llm",), "langchain_openai": ("langchain_openai", "langchain_core")}


def forms_of(name):
    """A client's readers. Loaded by path: a module of the client's own name would be in its way."""
    spec = importlib.util.spec_from_file_location(f"reader_{name}", HERE / "readers" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FORMS


def main():
    name = sys.argv[1]
    forms = forms_of(name)
    for quirk, (streams, whole, patience) in json.load(sys.stdin).items():
        for form, read in forms.items():
            url = whole if form == "whole" else streams
            if url is not None:
                told = report(read, OWN.get(name, (name,)), url, patience)
                print(json.dumps({"quirk": quirk, "form": form, "told": told}), flush=True)


main()
