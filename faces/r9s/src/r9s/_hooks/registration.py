"""Where a fork of this package adds its hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from r9s._hooks.sdkhooks import SDKHooks


def init_hooks(hooks: SDKHooks) -> None:
    """Called with the hooks of each client that is made: `hooks.register_before_request_hook(…)` and its siblings."""
