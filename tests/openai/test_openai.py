"""The package: every name it says it has, at little cost."""

import subprocess
import sys

import openai as original
import pytest

import dragoman.openai as ours


def test_every_public_name_is_there():
    for name in ours.__all__:
        assert getattr(ours, name) is not None
    assert dir(ours) == sorted(ours.__all__)


def test_a_name_that_does_not_exist_says_so():
    with pytest.raises(AttributeError, match="'OpenAi'"):
        _ = ours.OpenAi


def test_the_originals_errors_of_chat_are_all_there():
    elsewhere = {
        "OAuthError",
        "WebSocketQueueFullError",
        "WebSocketConnectionClosedError",
        "InvalidWebhookSignatureError",
    }
    names = {name for name in original.__all__ if name.endswith("Error")} - elsewhere

    for name in names:
        theirs, mine = getattr(original, name), getattr(ours, name)
        assert [base.__name__ for base in mine.__mro__] == [base.__name__ for base in theirs.__mro__]


def test_importing_it_imports_neither_pydantic_nor_what_speaks_http():
    probe = "import sys; from dragoman.openai import OpenAI; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", probe], check=True, capture_output=True, text=True)  # noqa: S603 - this Python
    loaded = set(done.stdout.split())

    assert not loaded & {"pydantic", "httpx", "httpx2", "asyncio", "ssl", "httptools", "openai"}
    assert not {name for name in loaded if name.startswith(("dragoman.openai.events", "dragoman.structured"))}


def test_dragoman_alone_does_not_import_it():
    probe = "import sys, dragoman; from dragoman import Dragoman; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", probe], check=True, capture_output=True, text=True)  # noqa: S603 - this Python

    assert "dragoman.openai" not in done.stdout


def test_its_version_is_that_of_the_surface_it_has():
    assert ours.__version__ == original.__version__
