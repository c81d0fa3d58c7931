"""No credential or address of this machine's reaches a test of this face."""

import pytest


@pytest.fixture(autouse=True)
def _no_ambient(monkeypatch):
    for name in (
        "DRAGOMAN_API_KEY", "DRAGOMAN_BASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID",
        "OPENAI_PROJECT_ID", "OPENAI_CUSTOM_HEADERS", "OPENAI_ADMIN_KEY",
    ):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
