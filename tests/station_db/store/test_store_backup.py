import sqlite3
from contextlib import closing, suppress

import pytest

from station_db import backup, notices
from station_db.backup import BackupPlace, back_up, backups, made_at, open_backup
from station_db.errors import BackupFailedError, BrokenBackupError, StoreLockedError
from station_db.records.local import DOUBTED
from station_db.restore import NoBackupError, drill, newest, restore
from station_db.verify import verify_store
from tests.invariants import reading, store_is_sound
from tests.station_db.store.store_cases import STATION, at, counting_ids, cycle_changes, open_store

ROOT_OF_CYCLES = "SELECT rootpage FROM sqlite_master WHERE name = 'cycle'"


@pytest.fixture
def store(tmp_path):
    """A store that records, with 30 cycles."""
    made = open_store(tmp_path / "data")
    for number in range(1, 31):
        made.commit([cycle_changes(number)], at(number))
    yield made
    with suppress(ValueError):  # closed by its test
        made.close()


@pytest.fixture
def place(tmp_path):
    return BackupPlace(tmp_path / "second disk", keep=3)


def test_a_backup_of_a_running_store_holds_all_that_was_saved_and_disturbs_nothing(store, place, tmp_path):
    log = tmp_path / "data" / "record.db-wal"
    before = log.read_bytes()
    made = back_up(tmp_path / "data", place, STATION, at(31))
    assert log.read_bytes() == before
    assert (made.entries_checked, made.tip) == (31, store.position)
    assert backups(place, STATION) == (made.path,)
    assert made_at(made.path) == at(31)
    store.commit([cycle_changes(31)], at(31))
    again = back_up(tmp_path / "data", place, STATION, at(32), since=made.tip)
    assert again.entries_checked == 1


def test_only_so_many_are_kept_and_what_died_halfway_goes(store, place, tmp_path):
    place.folder.mkdir()
    (place.folder / "record-ST-040-20260101T000000000000Z.db.making").write_text("half")
    (place.folder / "record-ST-0401-20260101T000000000000Z.db").write_text("another station's")
    for second in range(5):
        back_up(tmp_path / "data", place, STATION, at(second))
    assert [made_at(path) for path in backups(place, STATION)] == [at(4), at(3), at(2)]
    assert len(list(place.folder.iterdir())) == 4


def test_a_backup_that_cannot_be_written_says_why_and_leaves_nothing(store, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BackupFailedError):
        back_up(tmp_path / "data", BackupPlace(tmp_path / "file" / "backups"), STATION, at(1))


def test_a_record_that_is_damaged_is_not_backed_up(store, place, tmp_path):
    with closing(sqlite3.connect(tmp_path / "data" / "record.db")) as record, record:
        record.execute("UPDATE journal SET actor = 'nobody' WHERE seq = 7")
    with pytest.raises(BackupFailedError, match="entry 7"):
        back_up(tmp_path / "data", place, STATION, at(31))
    assert list(place.folder.iterdir()) == []


def test_a_sealed_backup_opens_with_its_key_alone(store, place, tmp_path):
    sealed = BackupPlace(place.folder, "a long secret")
    made = back_up(tmp_path / "data", sealed, STATION, at(31))
    assert b"cycle-000001" not in made.path.read_bytes()
    assert open_backup(made.path, tmp_path / "clear.db", sealed, STATION).tip == store.position
    with pytest.raises(BrokenBackupError, match="another key"):
        open_backup(made.path, tmp_path / "clear.db", BackupPlace(place.folder, "another secret"), STATION)


@pytest.mark.parametrize("harm", [lambda content: content[:-20], lambda content: content[:5000] + b"x" + content[5001:]])
def test_a_sealed_backup_that_was_changed_or_cut_is_refused(store, place, tmp_path, harm):
    sealed = BackupPlace(place.folder, "a long secret")
    made = back_up(tmp_path / "data", sealed, STATION, at(31))
    made.path.write_bytes(harm(made.path.read_bytes()))
    with pytest.raises(BrokenBackupError):
        open_backup(made.path, tmp_path / "clear.db", sealed, STATION)


def test_the_drill_says_what_is_newer_and_touches_nothing_live(store, place, tmp_path):
    made = back_up(tmp_path / "data", place, STATION, at(31))
    for number in range(31, 36):
        store.commit([cycle_changes(number)], at(number))
    before = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir() if not path.name.endswith((".lock", "-shm"))}
    found = drill(tmp_path / "data", made.path, place, STATION, at=at(40), new_id=counting_ids("drill"))
    assert (found.is_good, found.entries, found.newer, found.is_of_this_record) == (True, 31, 5, True)
    assert {
        path.name: path.read_bytes() for path in (tmp_path / "data").iterdir() if not path.name.endswith((".lock", "-shm"))
    } == before


def test_a_running_station_is_not_restored(store, place, tmp_path):
    made = back_up(tmp_path / "data", place, STATION, at(31))
    with pytest.raises(StoreLockedError):
        restore(tmp_path / "data", made.path, place, STATION, at=at(40))


def test_a_restored_backup_goes_on_in_a_new_epoch_and_says_what_is_not_in_it(store, place, tmp_path):
    made = back_up(tmp_path / "data", place, STATION, at(31))
    for number in range(31, 36):
        store.commit([cycle_changes(number)], at(number))
    store.close()
    done = restore(tmp_path / "data", made.path, place, STATION, at=at(40))
    assert (tmp_path / "data" / done.kept_as).exists()
    again = open_store(tmp_path / "data", prefix="restored")
    assert [(notice.code, notice.args) for notice in again.notices] == [(notices.RESTORED, ("5",))]
    assert again.position.epoch_no == 2
    with reading(tmp_path / "data" / "record.db") as record:
        assert [row["boot"] for row in record.execute("SELECT boot FROM counter_position")] == [DOUBTED]
    again.commit([cycle_changes(31)], at(41))
    again.close()
    assert verify_store(tmp_path / "data").is_sound
    store_is_sound(tmp_path / "data", [f"cycle-{number:06}" for number in range(1, 32)])


def test_without_a_backup_there_is_nothing_to_restore(place):
    with pytest.raises(NoBackupError):
        newest(place, STATION)


def test_a_clock_that_went_back_costs_no_backup_and_the_newest_is_the_last_made(store, place, tmp_path):
    for second in range(4):
        back_up(tmp_path / "data", place, STATION, at(10**9 + second))
    store.commit([cycle_changes(31)], at(31))
    made = back_up(tmp_path / "data", place, STATION, at(31))
    assert made.at == at(31)
    assert newest(place, STATION) == made.path
    assert open_backup(made.path, tmp_path / "clear.db", place, STATION).tip == store.position


def test_a_copy_whose_tables_are_damaged_is_no_backup_though_its_journal_reads(store, place, tmp_path, monkeypatch):
    def copied_badly(record, target):
        copy_well(record, target)
        with closing(sqlite3.connect(target)) as made:
            (page,), (size,) = (made.execute(sql).fetchone() for sql in (ROOT_OF_CYCLES, "PRAGMA page_size"))
        with target.open("r+b") as file:
            file.seek((page - 1) * size)
            file.write(bytes(512))

    copy_well = backup._copy
    monkeypatch.setattr(backup, "_copy", copied_badly)
    with pytest.raises(BackupFailedError):
        back_up(tmp_path / "data", place, STATION, at(31))
    assert list(place.folder.iterdir()) == []


def test_backups_that_are_made_at_once_leave_each_other_alone(store, place, tmp_path):
    other = []

    def meanwhile():
        if not other:
            other.append(back_up(tmp_path / "data", place, STATION, at(32)))

    made = back_up(tmp_path / "data", place, STATION, at(31), pause=meanwhile)
    assert set(backups(place, STATION)) == {made.path, other[0].path}
