"""What Alembic runs to migrate: on the connection it is handed by `dragoman.gateway.store.migrate`. Uses a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import context

from dragoman.gateway.store.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
# The transaction, and the lock in it, are the caller's: all migrations are done, or none.
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
