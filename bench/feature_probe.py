"""Clients as they are observed: run by the interpreter that has the client; prints what each observation came to.

python bench/feature_probe.py CLIENT [OBSERVATION …]
"""

import importlib
import importlib.util
import json
import logging
import os
import sys
import threading
import traceback
import warnings
from pathlib import Path

HERE = Path(__file__).parent
# Not its own folder first: a module there could be in the way of a client's.
sys.path[0:1] = [str(HERE.parent / "tests"), str(HERE)]
# Last: libraries of types, for clients that come without.
sys.path.append(os.environ["LENT"])

from asker import Lacks  # noqa: E402 - found by the lines above
from observations import SEEN, named  # noqa: E402 - the same

PATIENCE = 25.0
"""Seconds after which an observation is said to wait."""

for module in ("requests", "answers", "errors", "retries", "limits", "streams", "connections", "shapes", "packages"):
    importlib.import_module(f"observations.{module}")


REACHED = []
"""Whom importing the client wanted to reach."""


def watch(event, arguments):
    """Note whom an import looks up or connects to, and let it reach nobody."""
    if event in {"socket.getaddrinfo", "socket.connect"} and not watch.over:
        REACHED.append(str(arguments[0] if event == "socket.getaddrinfo" else arguments[1]))
        raise OSError("nobody is reached while a client is imported")


watch.over = False


def asker_of(name):
    """A client's words. Loaded by path: a module of the client's own name would be in its way."""
    sys.addaudithook(watch)
    spec = importlib.util.spec_from_file_location(f"asker_{name}", HERE / "askers" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    watch.over = True
    made = module.Client()
    made.reached = sorted(set(REACHED))
    return made


def outcome(look, asker):
    """What an observation came to, and where it raised, the whole of it for whoever doubts it."""
    found = {"cell": "waits"}

    def run():
        try:
            found["cell"] = look(asker)
        except Lacks as lack:
            found["cell"] = str(lack)
        except Exception as error:  # noqa: BLE001 - a client that raises does not do what is looked for
            found.update(cell=f"no: {named(error)}", trace=traceback.format_exc())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return found


def main():
    warnings.simplefilter("ignore")
    logging.getLogger().addHandler(logging.NullHandler())
    asker = asker_of(sys.argv[1])
    for name in sys.argv[2:] or SEEN:
        print(json.dumps({"observation": name, **outcome(SEEN[name], asker)}), flush=True)


main()
# Threads of clients that wait for ever do not keep it.
os._exit(0)
