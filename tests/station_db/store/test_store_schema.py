import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from station_db import migrating
from station_db.connecting import writer_engine
from station_db.tables import LOCAL, METADATA, TYPED
from tests.station_db.store.schema_checks import check_equal


def test_the_scripts_make_what_the_declarations_say_on_sqlite(tmp_path):
    check_equal(writer_engine(tmp_path / "made.db"))


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
