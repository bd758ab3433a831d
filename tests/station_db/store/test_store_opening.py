import os
import sqlite3
import threading
from contextlib import closing

import pytest

from station_db import notices, patience
from station_db.errors import (
    ForeignDatabaseError,
    MissingStoreError,
    StationNameError,
    StoreLockedError,
    UnwritableFolderError,
)
from station_db.reader import Reader
from tests.faults.disk_in_memory import in_memory
from tests.invariants import store_is_sound
from tests.station_db.store import store_worker
from tests.station_db.store.store_cases import at, curve_of, cycle_changes, open_store

tmp_path = in_memory
NOBODY = 65534


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


@pytest.mark.parametrize("name", ["record.db", "record.db.new", "epoch.json"])
def test_a_folder_in_the_place_of_a_file_is_named(folder, name):
    (folder / name).unlink(missing_ok=True)
    (folder / name).mkdir()
    with pytest.raises(UnwritableFolderError) as refusal:
        open_store(folder)
    assert refusal.value.path == folder / name


def open_as_nobody(folder, tell):
    """Open it as a user with no more rights than the files give."""
    if os.getuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        open_store(folder, prefix="nobody").close()
    except UnwritableFolderError as refusal:
        tell(refusal.path.name)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="rights of POSIX, in a process of its own")
@pytest.mark.parametrize("mode", [0o444, 0])
@pytest.mark.parametrize("name", ["record.db", "signals.db", "epoch.json", "store.lock"])
def test_a_file_that_may_not_be_written_is_named_and_nothing_is_changed(folder, name, mode):
    folder.chmod(0o777)
    for path in folder.iterdir():
        path.chmod(0o666)
    (folder / name).chmod(mode)
    before = content(folder)
    assert store_worker.run(open_as_nobody, folder).saved == (name,)
    (folder / name).chmod(0o666)
    assert {path: content(folder)[path] for path in before} == before


def test_a_file_that_another_program_holds_is_waited_for_and_that_is_said(folder, monkeypatch):
    monkeypatch.setattr("station_db.connecting.BUSY_S", 0.05)
    monkeypatch.setattr(patience, "WORTH_SAYING_S", 0.1)
    held = sqlite3.connect(folder / "record.db", isolation_level=None, check_same_thread=False)
    held.execute("PRAGMA locking_mode=EXCLUSIVE")
    held.execute("BEGIN EXCLUSIVE")
    letting_go = threading.Timer(0.5, held.close)
    letting_go.start()
    store = open_store(folder)
    letting_go.join()
    store.close()
    assert notices.HELD in {notice.code for notice in store.notices}
    store_is_sound(folder, [f"cycle-{number:06}" for number in range(1, 40)])


def test_a_file_that_is_never_let_go_of_is_refused_and_not_taken_for_damaged(folder, monkeypatch):
    monkeypatch.setattr("station_db.connecting.BUSY_S", 0.05)
    monkeypatch.setattr("station_db.store.patiently", lambda work: patience.patiently(work, patience_s=0.2))
    with closing(sqlite3.connect(folder / "record.db", isolation_level=None)) as held:
        held.execute("PRAGMA locking_mode=EXCLUSIVE")
        held.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreLockedError):
            open_store(folder)
    assert not list(folder.glob("*.kept-*"))
