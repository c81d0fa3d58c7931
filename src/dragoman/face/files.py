"""The originals' file names: editors import from them, and here each leads to the package around it. No I/O."""

from __future__ import annotations

import sys


def also(package: str, *files: str) -> None:
    """Let modules of a package be imported that the original has, each as the package itself, which has their names.

    Args:
        package: the package's name; it is being imported.
        files: the modules' names, without the package's.
    """
    whole = sys.modules[package]
    for file in files:
        sys.modules[f"{package}.{file}"] = whole
        # `from r9s.models import usage`, and `r9s.models.usage` once that has been imported.
        setattr(whole, file, whole)
