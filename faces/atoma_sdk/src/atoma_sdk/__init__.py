"""The `atoma_sdk` package's surface, on dragoman.

with AtomaSDK(bearer_auth="…") as atoma_sdk:
    res = atoma_sdk.chat.create(messages=[{"role": "user", "content": "Hello!"}],
            model="meta-llama/Llama-3.3-70B-Instruct",)
"""

from atoma_sdk import models, types, utils
from atoma_sdk._hooks import SDKHooks
from atoma_sdk.chat import Chat
from atoma_sdk.models import *  # noqa: F403 - the original's models are on its root
from atoma_sdk.models import __all__ as _models
from atoma_sdk.sdk import AtomaSDK
from atoma_sdk.sdkconfiguration import SERVERS, SDKConfiguration
from atoma_sdk.types import Nullable, OptionalNullable
from atoma_sdk.utils import RetryConfig, get_default_logger, remove_suffix
from dragoman.face.field import UNSET
from dragoman.face.httpclient import AsyncHttpClient, HttpClient
from dragoman.face.log import Logger

__title__ = "atoma-sdk"
__version__ = VERSION = "0.1.0"

__all__ = [
    "SERVERS",
    "UNSET",
    "VERSION",
    "AsyncHttpClient",
    "AtomaSDK",
    "Chat",
    "HttpClient",
    "Logger",
    "Nullable",
    "OptionalNullable",
    "RetryConfig",
    "SDKConfiguration",
    "SDKHooks",
    "get_default_logger",
    "models",
    "remove_suffix",
    "types",
    "utils",
]
__all__ += _models  # pyright: ignore[reportUnsupportedDunderAll]
