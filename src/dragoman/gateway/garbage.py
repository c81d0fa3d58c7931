"""How often Python looks for cycles of garbage in a process that serves. No I/O.

Nearly all of a request is freed when its last reference goes: looking for the rest as often as Python does by default
takes a tenth of what a request takes, most of it spent on what has been there since the start and will stay.
"""

from __future__ import annotations

import contextlib
import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

YOUNG = 20_000
"""How many more objects than before there have to be until the young ones are looked through: some megabytes."""


@contextlib.contextmanager
def seldom_looked_for() -> Generator[None]:
    """Look for garbage seldom while the block lasts, and never among what is there when it begins."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
