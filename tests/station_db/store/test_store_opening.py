import sqlite3
from contextlib import closing

import pytest

from station_db import notices
from station_db.errors import (
    ForeignDatabaseError,
    MissingStoreError,
    StationNameError,
    StoreLockedError,
    UnwritableFolderError,
)
from station_db.reader import Reader
from tests.invariants import store_is_sound
from tests.station_db.store.store_cases import at, curve_of, cycle_changes, open_store


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path):
    store = open_store(tmp_path)
    for number in range(1, 40):
        store.commit([cycle_changes(number)], at(number))
    store.close()
    return tmp_path


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(UnwritableFolderError) as refusal:
        open_store(tmp_path / "file" / "data")
    assert refusal.value.path == tmp_path / "file" / "data"
    assert refusal.value.remedy in str(refusal.value)
    assert content(tmp_path) == {"file": b"not a folder"}


def test_a_database_of_another_program_is_refused_and_not_changed(tmp_path):
    with closing(sqlite3.connect(tmp_path / "record.db")) as foreign:
        foreign.execute("CREATE TABLE theirs (x)")
    before = content(tmp_path)
    with pytest.raises(ForeignDatabaseError):
        open_store(tmp_path)
    assert content(tmp_path) == before


@pytest.mark.parametrize("text", [b"", b"some notes of somebody"])
def test_a_file_that_is_no_database_is_refused_and_not_changed(tmp_path, text):
    (tmp_path / "record.db").write_bytes(text)
    with pytest.raises(ForeignDatabaseError):
        open_store(tmp_path)
    assert content(tmp_path) == {"record.db": text}


def test_another_stations_store_is_refused_and_not_changed(folder):
    before = content(folder)
    with pytest.raises(ForeignDatabaseError, match="ST-040"):
        open_store(folder, station="ST-041")
    assert content(folder) == before


@pytest.mark.parametrize("name", ["centre", "", "ST 040", "../ST-040"])
def test_a_name_no_station_may_have_is_refused_before_anything_is_made(tmp_path, name):
    with pytest.raises(StationNameError):
        open_store(tmp_path / "data", station=name)
    assert content(tmp_path) == {}


def test_a_store_is_open_once(folder):
    store = open_store(folder)
    with pytest.raises(StoreLockedError):
        open_store(folder)
    store.close()
    open_store(folder).close()


@pytest.mark.parametrize("damage", [b"not a database at all", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_damaged_signals_are_set_aside_and_the_record_goes_on(folder, damage):
    (folder / "signals.db").write_bytes(damage)
    store = open_store(folder)
    (notice,) = store.notices
    assert notice.code == notices.SIGNALS_DAMAGED
    assert (folder / notice.args[0]).read_bytes() == damage
    store.commit([cycle_changes(40)], at(40))
    store.close()
    assert Reader(folder).curve(curve_of(40).digest) == curve_of(40)
    assert Reader(folder).curve(curve_of(39).digest) is None


def test_missing_signals_are_said(folder):
    (folder / "signals.db").unlink()
    store = open_store(folder)
    assert [notice.code for notice in store.notices] == [notices.SIGNALS_MISSING]
    store.close()


def test_a_store_is_read_while_it_is_written_and_after(folder):
    reader = Reader(folder)
    before = reader.position()
    store = open_store(folder)
    store.commit([cycle_changes(40)], at(40))
    assert reader.position().seq == before.seq + 1
    store.close()
    assert reader.position().seq == before.seq + 1
    store_is_sound(folder)


def test_reading_what_is_not_there_is_an_error_with_a_remedy(tmp_path):
    with pytest.raises(MissingStoreError):
        Reader(tmp_path / "nothing")
