"""Hooks around each attempt, as the originals have them: they see and may replace httpx's requests and responses.

Only a client with a hook is carried by httpx; the others never import it. Touches the network through httpx.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

BAD = 400
"""From this status on an answer is an error."""


@dataclass
class HookContext:
    """What a hook is told of the call.

    Attributes:
        operation_id: the operation's name in the vendor's API document.
        oauth2_scopes: empty: the key is a bearer token.
        security_source: what the credential is taken from.
        config: the client's configuration.
        base_url: the address the call goes to.
    """

    operation_id: str
    oauth2_scopes: list[str] | None = field(default_factory=list[str])
    security_source: Any = None
    config: Any = None
    base_url: str = ""


class BeforeRequestContext(HookContext):
    """What a hook before a request is told."""


class AfterSuccessContext(HookContext):
    """What a hook after a success is told."""


class AfterErrorContext(HookContext):
    """What a hook after an error is told."""


class BeforeRequestHook(ABC):
    """Sees each request before it is sent."""

    @abstractmethod
    def before_request(self, hook_ctx: BeforeRequestContext, request: httpx.Request) -> httpx.Request | Exception:
        """The request to send instead, or an exception to raise."""


class AfterSuccessHook(ABC):
    """Sees each answer below 400."""

    @abstractmethod
    def after_success(self, hook_ctx: AfterSuccessContext, response: httpx.Response) -> httpx.Response | Exception:
        """The answer to use instead, or an exception to raise."""


class AfterErrorHook(ABC):
    """Sees each answer from 400 on, and each failure to get one."""

    @abstractmethod
    def after_error(
        self, hook_ctx: AfterErrorContext, response: httpx.Response | None, error: Exception | None
    ) -> tuple[httpx.Response | None, Exception | None] | Exception:
        """The answer to use instead, the exception to raise, or neither."""


class Hooks:
    """The hooks of one client; those that see the client itself being made are each face's own."""

    def __init__(self) -> None:
        self.before_request_hooks: list[BeforeRequestHook] = []
        self.after_success_hooks: list[AfterSuccessHook] = []
        self.after_error_hooks: list[AfterErrorHook] = []

    def register_before_request_hook(self, hook: BeforeRequestHook) -> None:
        """Run it from now on, after those that are there."""
        self.before_request_hooks.append(hook)

    def register_after_success_hook(self, hook: AfterSuccessHook) -> None:
        """Run it from now on, after those that are there."""
        self.after_success_hooks.append(hook)

    def register_after_error_hook(self, hook: AfterErrorHook) -> None:
        """Run it from now on, after those that are there."""
        self.after_error_hooks.append(hook)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.before_request_hooks or self.after_success_hooks or self.after_error_hooks)

    def before_request(self, context: HookContext, request: httpx.Request) -> httpx.Request:
        """Run them; raises what one of them returned to be raised."""
        told = BeforeRequestContext(**vars(context))
        for hook in self.before_request_hooks:
            outcome = hook.before_request(told, request)
            if isinstance(outcome, Exception):
                raise outcome
            request = outcome
        return request

    def after(self, context: HookContext, response: httpx.Response) -> httpx.Response:
        """Run those that an answer is for; raises what one of them returned to be raised."""
        if response.status_code >= BAD:
            given, error = self.after_error(context, response, None)
            if error is not None:
                raise error
            return response if given is None else given
        told = AfterSuccessContext(**vars(context))
        for hook in self.after_success_hooks:
            outcome = hook.after_success(told, response)
            if isinstance(outcome, Exception):
                raise outcome
            response = outcome
        return response

    def after_error(
        self, context: HookContext, response: httpx.Response | None, error: Exception | None
    ) -> tuple[httpx.Response | None, Exception | None]:
        """Run them; what is left of the answer and of the error."""
        told = AfterErrorContext(**vars(context))
        for hook in self.after_error_hooks:
            outcome = hook.after_error(told, response, error)
            if isinstance(outcome, Exception):
                raise outcome
            response, error = outcome
        return response, error


class Hooked:
    """An httpx client with hooks around what it sends."""

    def __init__(self, client: httpx.Client, hooks: Hooks, context: HookContext) -> None:
        self._client = client
        self._hooks = hooks
        self._context = context
        self.build_request = client.build_request

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Send it, hooks before and after."""
        request = self._hooks.before_request(self._context, request)
        try:
            response = self._client.send(request, **options)
        except Exception as error:
            given, left = self._hooks.after_error(self._context, None, error)
            if given is not None and left is None:
                return given
            if left is None or left is error:
                raise
            raise left from error
        return self._hooks.after(self._context, response)


class AsyncHooked:
    """An httpx client with hooks around what it sends."""

    def __init__(self, client: httpx.AsyncClient, hooks: Hooks, context: HookContext) -> None:
        self._client = client
        self._hooks = hooks
        self._context = context
        self.build_request = client.build_request

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Send it, hooks before and after."""
        request = self._hooks.before_request(self._context, request)
        try:
            response = await self._client.send(request, **options)
        except Exception as error:
            given, left = self._hooks.after_error(self._context, None, error)
            if given is not None and left is None:
                return given
            if left is None or left is error:
                raise
            raise left from error
        return self._hooks.after(self._context, response)
