"""One gateway in front of the model on this machine, for all tests of a worker."""

import openai
import pytest

from serving import Served


@pytest.fixture(scope="session")
def gateway():
    with Served() as served:
        yield served


@pytest.fixture
def client(gateway):
    """The real openai package, pointed at the gateway."""
    with openai.OpenAI(base_url=gateway.url, api_key="any", max_retries=0) as made:
        yield made
