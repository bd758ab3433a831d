import os
import resource
import shutil
import signal
import sqlite3
from contextlib import closing
from functools import cache

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, inspect

from station_db import connecting, migrating, signal_store
from station_db.durable import replace_database
from station_db.errors import NewerSchemaError, StoreLockedError, UnwritableFolderError
from station_db.notices import MIGRATED
from tests.invariants import store_is_sound
from tests.station_db.store import store_worker
from tests.station_db.store.store_cases import at, cycle_changes, open_store

MIGRATION_POINTS = ("during_migration_copy", "during_migration", "before_swap", "after_swap")
OLDER = migrating.HEAD
NEXT_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "%s"


def upgrade() -> None:
    with op.batch_alter_table("station") as station:
        station.add_column(sa.Column("note", sa.Text()))
"""


@pytest.fixture
def next_version(tmp_path, monkeypatch):
    """A later Lineside, whose schema has one more column."""
    scripts = tmp_path / "scripts"
    shutil.copytree(migrating.SCRIPTS, scripts)
    (scripts / "versions" / "next_more.py").write_text(NEXT_REVISION % migrating.HEAD)

    def begin():
        monkeypatch.setattr(migrating, "SCRIPTS", scripts)
        monkeypatch.setattr(migrating, "HEAD", "next")

    return begin


def to_first_schema(path):
    """Take back what later revisions added, so that the store is one of the first version."""
    first = columns_of_first()
    with closing(sqlite3.connect(path)) as record, record:
        names = [name for (name,) in record.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        for table in names:
            if table not in first:
                record.execute(f"DROP TABLE {table}")
                continue
            for column in columns(record, table) - first[table]:
                record.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        record.execute("UPDATE alembic_version SET version_num = '0001'")


@cache
def columns_of_first():
    """Every table of the first revision, as its script makes it."""
    config = Config()
    config.set_main_option("script_location", str(migrating.SCRIPTS))
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        made = inspect(connection)
        return {name: {column["name"] for column in made.get_columns(name)} for name in made.get_table_names()}


def columns(record, table):
    return {column[1] for column in record.execute(f"PRAGMA table_info('{table}')")}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "store"
    made.mkdir()
    store = open_store(made)
    store.commit([cycle_changes(1)], at(1))
    store.close()
    return made


def revision(path):
    with closing(sqlite3.connect(path)) as record:
        assert record.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return record.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def test_an_older_store_is_migrated_and_goes_on_in_its_epoch(folder, next_version):
    next_version()
    store = open_store(folder, prefix="later")
    assert [notice.code for notice in store.notices] == [MIGRATED]
    assert (store.position.epoch_no, store.position.seq, store.generation) == (1, 2, 2)
    store.commit([cycle_changes(2)], at(2))
    store.close()
    assert revision(folder / "record.db") == "next"
    assert revision(folder / "record.db.before-next") == OLDER
    store_is_sound(folder, ["cycle-000001", "cycle-000002"])
    again = open_store(folder, prefix="again")
    assert (again.position.epoch_no, again.notices) == (1, ())
    again.close()


def test_what_a_reader_keeps_in_the_log_is_not_left_out_of_a_migration(folder, next_version, monkeypatch):
    store = open_store(folder)
    with closing(sqlite3.connect(f"{(folder / 'record.db').as_uri()}?mode=ro", uri=True, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM journal").fetchall()
        store.commit([cycle_changes(2)], at(2))
        store._held.close()
        next_version()
        monkeypatch.setattr(connecting, "BUSY_S", 0.05)
        monkeypatch.setattr("station_db.store.patiently", lambda work: (work(), ()))
        with pytest.raises(StoreLockedError, match="another program reads it"):
            open_store(folder, prefix="later")
        reader.execute("COMMIT")
    open_store(folder, prefix="later").close()
    store_is_sound(folder, ["cycle-000001", "cycle-000002"])


def test_the_log_of_a_replaced_file_is_not_read_into_the_new_one(tmp_path):
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    with closing(sqlite3.connect(new)) as made, made:
        made.execute("CREATE TABLE said (word TEXT)")
        made.execute("INSERT INTO said VALUES ('new')")
    holds = sqlite3.connect(old)
    holds.execute("PRAGMA journal_mode=WAL")
    with holds:
        holds.execute("CREATE TABLE said (word TEXT)")
        holds.execute("INSERT INTO said VALUES ('old')")
    replace_database(new, old)
    with closing(sqlite3.connect(old)) as read:
        assert read.execute("SELECT word FROM said").fetchall() == [("new",)]
    holds.close()


def test_a_store_of_the_first_version_is_migrated_with_its_records(folder):
    to_first_schema(folder / "record.db")
    store = open_store(folder, prefix="later")
    assert MIGRATED in [notice.code for notice in store.notices]
    store.commit([cycle_changes(2)], at(2))
    store.close()
    assert revision(folder / f"record.db.before-{migrating.HEAD}") == "0001"
    store_is_sound(folder, ["cycle-000001", "cycle-000002"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the workers are forked")
@pytest.mark.parametrize("point", MIGRATION_POINTS)
def test_a_migration_that_died_left_the_old_or_the_new_store(folder, next_version, point):
    next_version()
    assert store_worker.run(store_worker.record, folder, crash=point).was_killed
    assert revision(folder / "record.db") == ("next" if point == "after_swap" else OLDER)
    assert revision(folder / "record.db.before-next") == OLDER
    store_is_sound(folder, ["cycle-000001"])
    again = store_worker.run(store_worker.record, folder, kill_after=1)
    assert revision(folder / "record.db") == "next"
    store_is_sound(folder, ["cycle-000001", *again.saved])


def test_a_newer_store_is_refused_and_not_changed(folder, next_version, monkeypatch):
    with monkeypatch.context():
        next_version()
        open_store(folder, prefix="later").close()
    monkeypatch.undo()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(NewerSchemaError) as refusal:
        open_store(folder)
    assert refusal.value.path == folder / "record.db"
    assert "next" in refusal.value.reason
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the limit holds for a process")
def test_a_migration_on_a_full_disk_is_refused_and_leaves_the_old_store(folder, next_version):
    next_version()
    before = (folder / "record.db").read_bytes()

    def with_no_room(where, tell):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, resource.RLIM_INFINITY))
        try:
            open_store(where, prefix="later")
        except UnwritableFolderError:
            tell("refused")

    assert store_worker.run(with_no_room, folder).saved == ("refused",)
    assert (folder / "record.db").read_bytes() == before
    open_store(folder, prefix="later").close()
    assert revision(folder / "record.db") == "next"
    store_is_sound(folder, ["cycle-000001"])


def test_a_step_of_the_signals_schema_is_whole_or_not_at_all(folder, monkeypatch):
    with closing(sqlite3.connect(folder / "signals.db")) as signals, signals:
        signals.execute("DROP TABLE waveform")
        signals.execute("PRAGMA user_version=1")

    def failing(connection):
        signal_store.METADATA.create_all(connection)
        raise OSError("no room")

    with monkeypatch.context() as patched:
        patched.setattr(signal_store, "create", failing)
        with pytest.raises(UnwritableFolderError, match="no room"):
            open_store(folder, prefix="later")
    with closing(sqlite3.connect(folder / "signals.db")) as signals:
        assert signals.execute("PRAGMA user_version").fetchone() == (1,)
        assert not signals.execute("SELECT 1 FROM sqlite_master WHERE name = 'waveform'").fetchall()
    open_store(folder, prefix="again").close()
    with closing(sqlite3.connect(folder / "signals.db")) as signals:
        assert signals.execute("PRAGMA user_version").fetchone() == (signal_store.SCHEMA,)
