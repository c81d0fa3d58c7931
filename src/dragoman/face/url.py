"""Addresses with names to fill in. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def filled(url: str | None, params: Mapping[str, str] | None) -> str:
    """An address with each `{name}` replaced; empty where none was given."""
    found = url or ""
    for name, value in (params or {}).items():
        found = found.replace(f"{{{name}}}", value)
    return found
