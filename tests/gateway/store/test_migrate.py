"""The tables come into being once, whoever of many processes is first, and a newer version's are left alone."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from dragoman.errors import ConfigurationError
from dragoman.gateway.store.database import Store
from dragoman.gateway.store.migrate import FOLDER, HEAD
from dragoman.gateway.store.tables import metadata
from entries import closed, stored
from processes import Starter

MIGRATE = """
import sys
from dragoman.gateway.store.database import Store
from dragoman.gateway.store import migrate
import alembic.command
print("ready", flush=True)
sys.stdin.readline()
Store(sys.argv[1]).migrate()
print("done")
"""


def test_the_migrations_make_the_tables_that_the_code_uses(store):
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_one_that_is_known_without_alembic():
    config = Config()
    config.set_main_option("script_location", str(FOLDER))

    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_many_replicas_that_start_at_once_make_the_tables_once(empty_url):
    assert Starter(MIGRATE, empty_url, count=4).go() == ["done\n"] * 4

    with Store(empty_url) as store:
        store.check()
        assert set(inspect(store.engine).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_a_second_start_leaves_what_is_there(store):
    store.put([closed()])
    store.migrate()

    assert len(stored(store)) == 1


def test_a_store_of_a_newer_version_is_left_as_it_is(store):
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(ConfigurationError, match="at migration 9999, which this version of dragoman does not know"):
        store.migrate()
    with pytest.raises(ConfigurationError, match="at migration 9999"):
        store.check()


def test_a_look_at_a_store_makes_none(empty_url, tmp_path):
    with Store(empty_url) as store, pytest.raises(ConfigurationError):
        store.check()

    assert list(tmp_path.iterdir()) == []


def test_a_migration_that_is_interrupted_leaves_nothing_behind(empty_url, monkeypatch):
    monkeypatch.setattr("alembic.op.create_index", lambda *_: 1 / 0)
    with Store(empty_url) as store:
        with pytest.raises(ZeroDivisionError):
            store.migrate()
        assert inspect(store.engine).get_table_names() == []
        monkeypatch.undo()
        store.migrate()
        store.check()
