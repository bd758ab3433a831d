import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from station_db import migrating
from station_db.connecting import writer_engine
from station_db.tables import LOCAL, METADATA, TYPED
from tests.faults.postgres import postgres

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


def test_the_scripts_make_what_the_declarations_say_on_sqlite(tmp_path):
    check_equal(writer_engine(tmp_path / "made.db"))


@pytest.mark.timeout(30)  # starts a PostgreSQL server
def test_the_scripts_make_what_the_declarations_say_on_postgresql():
    with postgres() as server:
        server.create("schema")
        check_equal(create_engine(server.url("schema")))


def test_a_failed_upgrade_on_sqlite_leaves_nothing(tmp_path):
    engine = writer_engine(tmp_path / "made.db")
    with engine.connect() as connection, connection.begin() as transaction:
        migrating.upgrade(connection)
        transaction.rollback()
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    engine.dispose()


def test_the_head_is_the_newest_script():
    assert ScriptDirectory(str(migrating.SCRIPTS)).get_current_head() == migrating.HEAD


@pytest.mark.parametrize("name", METADATA.tables)
def test_every_key_begins_with_the_station(name):
    table = METADATA.tables[name]
    assert next(iter(table.primary_key.columns)).name == "station_id"
    assert all(next(iter(index.columns)).name == "station_id" for index in table.indexes)
    assert not [constraint for constraint in table.constraints if constraint is not table.primary_key]


def test_local_tables_are_no_records():
    assert not {table.name for table in LOCAL} & set(TYPED)
