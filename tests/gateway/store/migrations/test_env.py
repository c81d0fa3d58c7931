"""What Alembic runs: on the connection it was handed, in the transaction that is open there."""

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from dragoman.gateway.store.connect import engine_of, writing
from dragoman.gateway.store.migrate import FOLDER


def test_what_it_does_is_undone_with_the_callers_transaction(empty_url):
    engine = engine_of(empty_url)
    with pytest.raises(ZeroDivisionError), writing(engine) as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(FOLDER))
        command.upgrade(config, "head")
        assert "requests" in inspect(connection).get_table_names()
        raise ZeroDivisionError

    assert inspect(engine).get_table_names() == []
    engine.dispose()
