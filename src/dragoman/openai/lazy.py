"""Names of a package that are imported when they are first used. No I/O but imports."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def lazily(package: str, homes: Mapping[str, str], inside: tuple[str, ...] = ()) -> Callable[[str], object]:
    """A package's `__getattr__` (PEP 562).

    Args:
        package: its name.
        homes: for each module, the names that live in it.
        inside: packages in it that are names of it too.
    """
    home_of = {name: module for module, names in homes.items() for name in names.split()}

    def find(name: str) -> object:
        from importlib import import_module  # noqa: PLC0415 - part of what importing the package would cost

        if name in inside:
            return import_module(f"{package}.{name}")
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(home_of[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return find
