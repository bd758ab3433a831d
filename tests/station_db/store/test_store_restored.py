import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from station_db.backup import BackupPlace, back_up
from station_db.notices import RESTORED, SALVAGED
from station_db.reader import Reader
from station_db.restore import restore
from station_db.sync import founding
from station_db.sync.centre import Centre
from station_db.sync.errors import ForkError
from station_db.sync.up import push
from station_db.verify import verify_origin, verify_store
from tests.invariants import store_is_sound
from tests.station_db.store import store_worker
from tests.station_db.store.store_cases import STATION, at, counting_ids, cycle_changes, open_store


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "data"
    made.mkdir()
    record(made, 1)
    return made


def record(folder, *numbers, prefix="later"):
    """One run of the station, ended cleanly."""
    store = open_store(folder, prefix=prefix)
    for number in numbers:
        store.commit([cycle_changes(number)], at(number))
    store.close()
    return store.notices


def put_back(backup, folder, copy):
    """Over the files that are there, as `cp -r backup/. data/` does: they keep the system's numbers."""
    for path in backup.iterdir():
        copy(path, folder / path.name)


def depths(folder):
    return [tip.position.epoch_no for tip in Reader(folder).epochs()]


@pytest.mark.parametrize("copy", [shutil.copyfile, shutil.copy2], ids=["times are new", "times are kept"])
def test_a_whole_folder_put_back_over_its_files_uses_no_number_twice(folder, copy):
    shutil.copytree(folder, folder.with_name("backup"))
    backed_up = Reader(folder).position()
    record(folder, 2, 3)
    put_back(folder.with_name("backup"), folder, copy)
    assert [notice.code for notice in record(folder, 2, prefix="restored")] == [RESTORED]
    tip = Reader(folder).position()
    assert (tip.epoch, tip.epoch_no) == ("restored-000001", 2)
    opened = verify_store(folder)
    assert (opened.is_sound, opened.epochs) == (True, 2)
    assert Reader(folder).epochs()[0].position == backed_up
    assert record(folder, 4, prefix="again") == ()


def test_a_folder_put_back_after_a_kill_is_found_when_its_backup_was_of_a_clean_end(folder):
    shutil.copytree(folder, folder.with_name("backup"))
    store = open_store(folder)
    store.commit([cycle_changes(2)], at(2))
    running = {path.name: path.read_bytes() for path in folder.iterdir()}
    store.close()
    for name in ("record.db", "epoch.json"):
        (folder / name).write_bytes(running[name])
    put_back(folder.with_name("backup"), folder, shutil.copyfile)
    assert [notice.code for notice in record(folder, 2, prefix="restored")] == [RESTORED]


def test_reading_verifying_and_copying_a_closed_store_is_no_restore(folder):
    verify_store(folder)
    Reader(folder).resume()
    shutil.copytree(folder, folder.with_name("backup"))
    with closing(sqlite3.connect(folder / "record.db")) as tool:
        tool.execute("SELECT count(*) FROM journal").fetchall()
    with closing(sqlite3.connect(folder / "record.db")) as tool, closing(sqlite3.connect(folder / "copy.db")) as copied:
        tool.backup(copied)
    assert record(folder, 2) == ()
    assert depths(folder) == [1]


def test_a_reader_that_outlives_the_writer_makes_no_restore(folder):
    store = open_store(folder)
    with closing(sqlite3.connect((folder / "record.db").as_uri() + "?mode=ro", uri=True)) as reader:
        reader.execute("SELECT count(*) FROM journal").fetchall()
        store.commit([cycle_changes(2)], at(2))
        store.close()
        assert (folder / "record.db-wal").stat().st_size > 0
    assert record(folder, 3) == ()
    assert depths(folder) == [1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the workers are forked")
def test_a_restore_that_died_lost_nothing_and_can_be_done_again(folder):
    record(folder, 2, 3)
    place = BackupPlace(folder.with_name("backups"))
    made = back_up(folder, place, STATION, at(3))
    record(folder, 4)

    def restoring(where, tell):
        restore(where, made.path, place, STATION, at=at(9))

    assert store_worker.run(restoring, folder, crash="during_restore").was_killed
    ((code, (entries, lost, _kept)),) = [(notice.code, notice.args) for notice in record(folder, 5, prefix="after")]
    assert (code, entries, lost) == (SALVAGED, "5", "0")
    store_is_sound(folder, [f"cycle-{number:06}" for number in range(1, 6)])
    assert restore(folder, made.path, place, STATION, at=at(9)).entries == 4
    assert [notice.code for notice in record(folder, 6, prefix="restored")] == [RESTORED]


def imaged_while_running(folder, **options):
    """The image of a running station, put back over its own files: record and marker agree, whatever came after."""
    store = open_store(folder, prefix="later", **options)
    store.commit([cycle_changes(2)], at(2))
    image = {path.name: path.read_bytes() for path in folder.iterdir() if path.name.startswith(("record.db", "epoch"))}
    for number in (3, 4):
        store.commit([cycle_changes(number)], at(number))
    store.close()
    for name, content in image.items():
        (folder / name).write_bytes(content)


def test_the_image_of_a_running_station_is_told_by_the_witness_elsewhere(folder, tmp_path):
    elsewhere = tmp_path / "state"
    imaged_while_running(folder, witness=elsewhere)
    store = open_store(folder, prefix="restored", witness=elsewhere)
    assert [(notice.code, notice.args) for notice in store.notices] == [(RESTORED, ("2",))]
    store.close()
    again = open_store(folder, prefix="again", witness=elsewhere)
    assert again.notices == ()
    again.close()


def test_what_no_witness_saw_ends_as_a_fork_at_the_centre_and_nothing_is_overwritten(folder, tmp_path):
    url = f"sqlite:///{tmp_path / 'centre.db'}"
    founding.init(url, [STATION], at=at(0), new_id=counting_ids("centre"))
    centre = Centre.connect(url, "")
    store = open_store(folder, prefix="later")
    store.commit([cycle_changes(2)], at(2))
    image = {path.name: path.read_bytes() for path in folder.iterdir() if path.name.startswith(("record.db", "epoch"))}
    store.commit([cycle_changes(3)], at(3))
    push(Reader(folder), centre, at=at(4))
    store.close()
    for name, content in image.items():
        (folder / name).write_bytes(content)
    assert record(folder, 7, prefix="unnoticed") == ()
    with pytest.raises(ForkError):
        push(Reader(folder), centre, at=at(9))
    with centre.reading() as connection:
        assert verify_origin(connection, STATION, is_whole=True).problems == []
    centre.close()
