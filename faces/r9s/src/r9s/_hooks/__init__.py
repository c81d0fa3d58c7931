"""Hooks around the client and around each attempt; `registration.init_hooks` is where a fork adds its own."""

from dragoman.face.hooks import (
    AfterErrorContext,
    AfterErrorHook,
    AfterSuccessContext,
    AfterSuccessHook,
    BeforeRequestContext,
    BeforeRequestHook,
    HookContext,
    Hooks,
)
from r9s._hooks.registration import init_hooks
from r9s._hooks.sdkhooks import SDKHooks, SDKInitHook

__all__ = [
    "AfterErrorContext",
    "AfterErrorHook",
    "AfterSuccessContext",
    "AfterSuccessHook",
    "BeforeRequestContext",
    "BeforeRequestHook",
    "HookContext",
    "Hooks",
    "SDKHooks",
    "SDKInitHook",
    "init_hooks",
]
