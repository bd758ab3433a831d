"""Whether the migration scripts make what the declarations say."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from station_db import migrating
from station_db.tables import METADATA

WITHOUT_STATION = {"alembic_version"}


def check_equal(engine):
    """What the scripts make is what the declarations say, keys included, which Alembic does not compare."""
    with engine.begin() as connection:
        migrating.upgrade(connection)
        assert migrating.revision_of(connection) == migrating.HEAD
        migrating.upgrade(connection)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        found = inspect(connection)
        assert set(found.get_table_names()) == set(METADATA.tables) | WITHOUT_STATION
        for name, table in METADATA.tables.items():
            key = found.get_pk_constraint(name)
            assert key["constrained_columns"] == [column.name for column in table.primary_key.columns], name
            assert found.get_foreign_keys(name) == found.get_unique_constraints(name) == []
    engine.dispose()
