"""Stores that released versions wrote: each is upgraded, reads back the same, and goes on."""

import sqlite3
from contextlib import closing

import pytest

from station_db import migrating, notices
from station_db.backup import check_copy
from station_db.reader import Reader
from station_db.verify import verify_store
from tests.golden.make import CYCLES, FRAMES, golden, unpack
from tests.station_db.store.store_cases import STATION, at, curve_of, cycle_changes, open_store

REVISIONS = ("0001", "0002", "0003")


def entries(folder):
    with closing(sqlite3.connect(folder / "record.db")) as record:
        return record.execute("SELECT * FROM journal ORDER BY station_id, epoch, seq").fetchall()


def frames(folder):
    with closing(sqlite3.connect(folder / "signals.db")) as signals:
        return signals.execute("SELECT number, layout, at, mono_ns, packed FROM frame ORDER BY number").fetchall()


def test_every_schema_there_ever_was_has_its_golden_store():
    assert REVISIONS[-1] == migrating.HEAD
    assert [golden(revision).exists() for revision in REVISIONS] == [True] * len(REVISIONS), "python -m tests.golden.make"


def test_the_golden_store_of_this_version_has_its_schema(tmp_path):
    unpack(golden(migrating.HEAD), tmp_path / "golden")
    open_store(tmp_path / "new").close()
    assert schema(tmp_path / "golden") == schema(tmp_path / "new"), "not released yet? python -m tests.golden.make"


def schema(folder):
    with closing(sqlite3.connect(folder / "record.db")) as record:
        tables = [name for (name,) in record.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: sorted(column[1:4] for column in record.execute(f"PRAGMA table_info('{table}')")) for table in tables}


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_store_of_a_released_version_is_upgraded_whole_and_goes_on(tmp_path, revision):
    unpack(golden(revision), tmp_path)
    before, frames_before = entries(tmp_path), frames(tmp_path)
    store = open_store(tmp_path, prefix="upgraded")
    codes = [notice.code for notice in store.notices]
    assert (notices.MIGRATED in codes) == (revision != migrating.HEAD)
    assert notices.SALVAGED not in codes
    store.commit([cycle_changes(CYCLES + 1)], at(CYCLES + 1))
    store.close()
    after = entries(tmp_path)
    assert [entry for entry in after if entry in set(before)] == before
    assert len(after) == len(before) + 2  # the epoch of a store that came from elsewhere, and the cycle
    assert frames(tmp_path) == frames_before
    assert len(frames_before) == 2 * (FRAMES - 1)
    report = verify_store(tmp_path)
    assert report.problems == ()
    assert (report.epochs, report.set_aside) == (3, 1)
    assert Reader(tmp_path).curve(curve_of(1).digest) == curve_of(1)
    if revision != migrating.HEAD:
        kept = tmp_path / f"record.db.before-{migrating.HEAD}"
        assert check_copy(kept, STATION).entries == sum(entry[0] == STATION for entry in before)
