"""The `beezy_ai` package's surface, on dragoman.

s = BeezyAI(api_key_auth="…")
res = s.chat.create(request={"model": "beezy-small-latest", "messages": [{"role": "user", "content": "Hello"}]})
"""

from beezy_ai import models, types, utils
from beezy_ai._hooks import SDKHooks
from beezy_ai.chat import Chat
from beezy_ai.models import *  # noqa: F403 - the original's models are on its root
from beezy_ai.models import __all__ as _models
from beezy_ai.sdk import BeezyAI
from beezy_ai.sdkconfiguration import SERVER_PROD, SERVERS, SDKConfiguration
from beezy_ai.utils import RetryConfig, remove_suffix
from dragoman.face.field import UNSET
from dragoman.face.httpclient import AsyncHttpClient, HttpClient
from dragoman.face.log import Logger

__title__ = "beezy-ai"
__version__ = VERSION = "0.1.0"

__all__ = [
    "SERVERS",
    "SERVER_PROD",
    "UNSET",
    "VERSION",
    "AsyncHttpClient",
    "BeezyAI",
    "Chat",
    "HttpClient",
    "Logger",
    "RetryConfig",
    "SDKConfiguration",
    "SDKHooks",
    "models",
    "remove_suffix",
    "types",
    "utils",
]
__all__ += _models  # pyright: ignore[reportUnsupportedDunderAll]
