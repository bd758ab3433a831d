"""Whether the migration scripts make what the declarations say."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from station_db import migrating
from station_db.tables import METADATA

WITHOUT_STATION = {"alembic_version"}
BY_MONTHS = {"journal": ["recorded_at"], "signal_block": []}
"""Tables that PostgreSQL keeps in months, and what their key holds there besides what is declared."""


def is_partition(name):
    return name.startswith(tuple(f"{table}_{rest}" for table in BY_MONTHS for rest in ("default", "20")))


def is_declared(name, kind, _parents):
    return not (kind == "table" and is_partition(name))


def check_equal(engine):
    """What the scripts make is what the declarations say, keys included, which Alembic does not compare."""
    with engine.begin() as connection:
        migrating.upgrade(connection)
        assert migrating.revision_of(connection) == migrating.HEAD
        migrating.upgrade(connection)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_declared})
        assert compare_metadata(context, METADATA) == []
        found = inspect(connection)
        tables = found.get_table_names()
        assert {name for name in tables if not is_partition(name)} == set(METADATA.tables) | WITHOUT_STATION
        on_months = engine.dialect.name == "postgresql"
        assert len([name for name in tables if is_partition(name)]) == on_months * len(BY_MONTHS) * 5
        for name, table in METADATA.tables.items():
            key = found.get_pk_constraint(name)
            also = BY_MONTHS.get(name, []) if on_months else []
            assert key["constrained_columns"] == [column.name for column in table.primary_key.columns] + also, name
            assert found.get_foreign_keys(name) == found.get_unique_constraints(name) == []
    engine.dispose()
