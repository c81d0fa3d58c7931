"""One gateway in front of the model on this machine, for the clients of other people."""

import pytest

from serving import Served


@pytest.fixture(scope="session")
def gateway():
    with Served() as served:
        yield served
