"""The first migration can be taken back."""

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from dragoman.gateway.store.connect import writing
from dragoman.gateway.store.migrate import FOLDER


def test_it_goes_both_ways(store):
    assert {"keys", "requests", "attempts", "texts"} <= set(inspect(store.engine).get_table_names())
    with writing(store.engine) as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(FOLDER))
        command.downgrade(config, "base")

    assert inspect(store.engine).get_table_names() == ["alembic_version"]
    store.migrate()
    store.check()
