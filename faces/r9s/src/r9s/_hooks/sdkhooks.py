"""The hooks of one client."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from dragoman.face.hooks import Hooks
from r9s._hooks.registration import init_hooks

if TYPE_CHECKING:
    from r9s.sdkconfiguration import SDKConfiguration


class SDKInitHook(ABC):
    """Sees the client's configuration as it is made."""

    @abstractmethod
    def sdk_init(self, config: SDKConfiguration) -> SDKConfiguration:
        """The configuration to use instead."""


class SDKHooks(Hooks):
    """The hooks of one client."""

    def __init__(self) -> None:
        super().__init__()
        self.sdk_init_hooks: list[SDKInitHook] = []
        init_hooks(self)

    def register_sdk_init_hook(self, hook: SDKInitHook) -> None:
        """Run it when a client is made."""
        self.sdk_init_hooks.append(hook)

    def sdk_init(self, config: SDKConfiguration) -> SDKConfiguration:
        """Run them."""
        for hook in self.sdk_init_hooks:
            config = hook.sdk_init(config)
        return config
