"""Programs import from the originals' files: an editor that completes a name writes such a line."""

import importlib
import subprocess
import sys

import pytest

import atoma_sdk
import r9s


@pytest.mark.parametrize(
    ("file", "name", "found"),
    [
        ("r9s.models.chatcompletionrequest", "ChatCompletionRequest", r9s.models.ChatCompletionRequest),
        ("r9s.models.createchatcompletionop", "CreateChatCompletionResponse", r9s.models.CreateChatCompletionResponse),
        ("r9s.models.message", "Message", r9s.models.Message),
        ("r9s.errors.ratelimiterror", "RateLimitError", r9s.errors.RateLimitError),
        ("r9s.types.basemodel", "UNSET", r9s.UNSET),
        ("r9s.utils.retries", "BackoffStrategy", r9s.utils.BackoffStrategy),
        ("atoma_sdk.models.apierror", "APIError", atoma_sdk.APIError),
        ("atoma_sdk.models.chatcompletionmessage", "ChatCompletionMessage", atoma_sdk.ChatCompletionMessage),
        ("beezy_ai.utils.retries", "RetryConfig", r9s.utils.RetryConfig),
    ],
)
def test_a_name_is_found_where_the_original_has_it(file, name, found):
    assert getattr(importlib.import_module(file), name) is found


def test_every_way_to_write_it_works_in_a_program_that_imports_nothing_else():
    program = """
import r9s.models.usage
from r9s.models import toolcall
from atoma_sdk.models.usage import Usage
print(r9s.models.usage.Usage.__name__, toolcall.ToolCall.__name__, Usage.__module__.partition(".")[0])
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=30)  # noqa: S603 - ours

    assert done.stdout == "Usage ToolCall atoma_sdk\n"


@pytest.mark.parametrize("package", ["r9s", "atoma_sdk", "beezy_ai"])
def test_a_package_says_its_version(package):
    module = importlib.import_module(package)

    assert module.__version__ == module.VERSION
    assert module.__title__.replace("-", "_") == package
