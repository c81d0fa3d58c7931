"""One gateway for all tests of the admin API that change nothing about it but keys and entries."""

import pytest

from operated import operated


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with operated(tmp_path_factory.mktemp("admin")) as made:
        yield made
