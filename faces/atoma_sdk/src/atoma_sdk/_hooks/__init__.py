"""Hooks around the client and around each attempt; `registration.init_hooks` is where a fork adds its own."""

from atoma_sdk._hooks.registration import init_hooks
from atoma_sdk._hooks.sdkhooks import SDKHooks, SDKInitHook
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
