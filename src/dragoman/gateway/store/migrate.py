"""The tables as this version of dragoman wants them, whoever of several processes comes first. Uses a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import String, column, func, inspect, select, table

from dragoman.errors import ConfigurationError
from dragoman.gateway.store.connect import writing

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

HEAD = "0001"
"""The newest migration there is."""

FOLDER = Path(__file__).with_name("migrations")
"""Where they are."""

# Any number that no other program locks in the same database: the bytes of "drag".
_LOCK = 0x64726167


def migrate(engine: Engine) -> None:
    """Bring a database up to `HEAD`; what is there already is left as it is.

    Several processes may do this at once: one works, the others wait for it and find nothing left to do.

    Raises:
        ConfigurationError: the database was made by a newer version.
        SQLAlchemyError: it cannot be reached, or does not allow it.
    """
    with engine.connect() as connection:
        found = _revision(connection)
    if found == HEAD:
        return
    with writing(engine) as connection:
        # In SQLite the transaction itself is the lock.
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        found = _revision(connection)
        if found != HEAD:
            _upgrade(connection, found)


def check(engine: Engine) -> None:
    """See that a database has the tables of this version, and change nothing.

    Raises:
        ConfigurationError: it has others, or none, or is a file that is not there.
        SQLAlchemyError: it cannot be reached.
    """
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    if file is not None and not Path(file).exists():
        # SQLite would make it.
        raise ConfigurationError(f"there is no store {file}: the gateway makes it when it starts")
    with engine.connect() as connection:
        found = _revision(connection)
    if found != HEAD:
        raise ConfigurationError(
            f"the store is at migration {found or 'none'} and this version of dragoman at {HEAD}: start the gateway "
            "of this version on it once"
        )


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version = column("version_num", String)
    return connection.execute(select(version).select_from(table("alembic_version"))).scalar()


def _upgrade(connection: Connection, found: str | None) -> None:
    # Costs a tenth of a second to import, which only the first start of a version has to pay.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise ConfigurationError(
            f"the store is at migration {found}, which this version of dragoman does not know: a newer one made it; "
            "use that one, or another store"
        )
    command.upgrade(config, "head")
