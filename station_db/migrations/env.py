"""Alembic's entry: runs on the connection it is handed (`station_db.migrating`), never on one of its own."""

from alembic import context

from station_db.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
