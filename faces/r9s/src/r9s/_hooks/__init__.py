"""Hooks around the client and around each attempt; `registration.init_hooks` is where a fork adds its own."""

from dragoman.face.hooks import (
    AfterErrorContext,
    AfterErrorHook,
    AfterSuccessContext,
    AfterSuccessHook,
    BeforeRequestContext,
    BeforeRequestHook,
    HookContext,
)
from r9s._hooks.sdkhooks import SDKHooks, SDKInitHook

__all__ = [
    "AfterErrorContext",
    "AfterErrorHook",
    "AfterSuccessContext",
    "AfterSuccessHook",
    "BeforeRequestContext",
    "BeforeRequestHook",
    "HookContext",
    "SDKHooks",
    "SDKInitHook",
]
