"""Whether what a user gave for a number can be meant as one: durations and counts. No I/O.

Arithmetic takes NaN for anything, and a wait that is compared with it has no end: so it is refused where it is given.
"""

from __future__ import annotations


def is_duration(given: object, *, zero: bool = False) -> bool:
    """Whether it is a number of seconds above 0, or from it; infinity is one that is no limit."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        return False
    try:
        seconds = float(given)
    except OverflowError:
        return False
    return seconds > 0 or (zero and seconds == 0)


def is_count(given: object, least: int = 0) -> bool:
    """Whether it is a whole number from `least`."""
    return isinstance(given, int | float) and given >= least and not given % 1
