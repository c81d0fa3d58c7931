"""The hooks of one client."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from atoma_sdk._hooks.registration import init_hooks
from dragoman.face.hooks import Hooks

if TYPE_CHECKING:
    from dragoman.face.httpclient import HttpClient


class SDKInitHook(ABC):
    """Sees the address and the HTTP client as a client is made."""

    @abstractmethod
    def sdk_init(self, base_url: str, client: HttpClient | None) -> tuple[str, HttpClient | None]:
        """The ones to use instead."""


class SDKHooks(Hooks):
    """The hooks of one client."""

    def __init__(self) -> None:
        super().__init__()
        self.sdk_init_hooks: list[SDKInitHook] = []
        init_hooks(self)

    def register_sdk_init_hook(self, hook: SDKInitHook) -> None:
        """Run it when a client is made."""
        self.sdk_init_hooks.append(hook)

    def sdk_init(self, base_url: str, client: HttpClient | None) -> tuple[str, HttpClient | None]:
        """Run them."""
        for hook in self.sdk_init_hooks:
            base_url, client = hook.sdk_init(base_url, client)
        return base_url, client
