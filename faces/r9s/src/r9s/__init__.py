"""The `r9s` package's surface, on dragoman.

with R9S(api_key="…") as r9_s:
    res = r9_s.chat.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hello, how are you?"}])
"""

from dragoman.face.field import UNSET
from dragoman.face.httpclient import AsyncHttpClient, HttpClient
from dragoman.face.log import Logger, get_default_logger
from r9s import errors, models, types, utils
from r9s._hooks import SDKHooks
from r9s.chat import Chat
from r9s.sdk import R9S
from r9s.sdkconfiguration import SERVERS, SDKConfiguration
from r9s.types import Nullable, OptionalNullable
from r9s.utils import RetryConfig, remove_suffix

__title__ = "r9s"
__version__ = VERSION = "0.1.0"

__all__ = [
    "R9S",
    "SERVERS",
    "UNSET",
    "VERSION",
    "AsyncHttpClient",
    "Chat",
    "HttpClient",
    "Logger",
    "Nullable",
    "OptionalNullable",
    "RetryConfig",
    "SDKConfiguration",
    "SDKHooks",
    "errors",
    "get_default_logger",
    "models",
    "remove_suffix",
    "types",
    "utils",
]
