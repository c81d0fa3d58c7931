"""One gateway in front of the model on this machine, one PostgreSQL and one Valkey, for all tests of a worker."""

import openai
import pytest

from dragoman.gateway.store.database import Store
from postgres import Postgres
from serving import Served
from valkeys import valkey


@pytest.fixture(scope="session")
def gateway():
    with Served() as served:
        yield served


@pytest.fixture
def client(gateway):
    """The real openai package, pointed at the gateway."""
    with openai.OpenAI(base_url=gateway.url, api_key="any", max_retries=0) as made:
        yield made


@pytest.fixture(scope="session")
def postgres():
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def valkey_url():
    with valkey() as server:
        yield server.connection_url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path):
    """The address of a database without tables: once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:{tmp_path}/dragoman.db"
    return request.getfixturevalue("postgres").database()


@pytest.fixture
def store(empty_url):
    """A store ready for use: once of each kind."""
    with Store(empty_url) as made:
        made.migrate()
        yield made
