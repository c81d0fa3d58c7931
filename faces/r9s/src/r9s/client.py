"""The client, made from the environment."""

from __future__ import annotations

import os
from typing import Any, Self

from r9s.sdk import R9S as _R9S
from r9s.sdkconfiguration import SERVERS


class R9S(_R9S):
    """A client of R9S; see `r9s.R9S`."""

    @classmethod
    def from_env(
        cls,
        *,
        api_key_env: str = "R9S_API_KEY",
        base_url_env: str = "R9S_BASE_URL",
        default_base_url: str | None = SERVERS[0],
        **options: Any,
    ) -> Self:
        """A client of what the environment says.

        An address in `DRAGOMAN_BASE_URL` comes after `base_url_env`, and before the default.

        Args:
            api_key_env: the variable that holds the key.
            base_url_env: the one that holds the address.
            default_base_url: the address where that is empty.
            options: the client's other arguments.

        Raises:
            ValueError: there is no key.
        """
        api_key = os.environ.get(api_key_env, "").strip()
        if not api_key:
            raise ValueError(f"{api_key_env} is not set.")
        base_url = os.environ.get(base_url_env, "").strip()
        if not base_url and not os.environ.get("DRAGOMAN_BASE_URL"):
            base_url = (default_base_url or "").strip()
        if base_url:
            options.setdefault("server_url", base_url)
        return cls(api_key=api_key, **options)
