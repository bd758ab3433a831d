import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from station_db import notices
from station_db.backup import BackupPlace, back_up
from station_db.errors import CommitFailedError, ForeignDatabaseError
from station_db.marker import changed_at_of
from station_db.reader import Reader
from station_db.records.changes import Changes
from station_db.records.local import DOUBTED, CommandOutcome, Draft
from tests.invariants import store_is_sound
from tests.station_db.store.store_cases import STATION, at, cycle_changes, open_store, person, saying

CYCLES = 300


def ids(first, last):
    return [f"cycle-{number:06}" for number in range(first, last + 1)]


@pytest.fixture
def folder(tmp_path):
    """A store of 300 cycles, killed: its newest entries stand in the log."""
    made, running = tmp_path / "data", tmp_path / "running"
    store = open_store(running)
    for number in range(1, CYCLES + 1):
        store.commit([cycle_changes(number)], at(number))
        if number == CYCLES - 50:
            store.checkpoint(at(number))
    shutil.copytree(running, made)
    store.close()
    marker = json.loads((made / "epoch.json").read_bytes())
    marker["files"] = "/".join(str((made / name).stat().st_ino) for name in ("record.db", "epoch.json"))
    (made / "epoch.json").write_bytes(json.dumps(marker).encode())
    return made


def reopened(folder, **options):
    """Open it as the engine does, record one more cycle, end; returns the salvage notice's facts."""
    store = open_store(folder, prefix="again", **options)
    store.commit([cycle_changes(CYCLES + 1)], at(CYCLES + 1))
    store.close()
    told = {notice.code: notice.args for notice in store.notices}
    assert notices.SALVAGED in told, store.notices
    entries, lost, kept = told[notices.SALVAGED]
    return int(entries), int(lost), kept


def spoil(path, offset, content=b"\xff" * 4096):
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


def test_a_damaged_page_costs_what_stood_on_it_and_nothing_else(folder):
    size = (folder / "record.db").stat().st_size
    spoil(folder / "record.db", size // 4096 // 2 * 4096)
    entries, lost, kept = reopened(folder)
    assert entries + lost == CYCLES + 1
    assert entries > CYCLES // 2
    assert (folder / kept).stat().st_size == size
    store_is_sound(folder, [f"cycle-{CYCLES + 1:06}"])
    here = {row["record_id"] for row in rows(folder, "SELECT DISTINCT record_id FROM journal WHERE kind = 'cycle.1'")}
    assert len(here) == entries


def rows(folder, query):
    with closing(sqlite3.connect(folder / "record.db")) as record:
        record.row_factory = sqlite3.Row
        return record.execute(query).fetchall()


@pytest.mark.parametrize("name", ["record.db"])
def test_a_destroyed_beginning_loses_no_entry(folder, name):
    spoil(folder / name, 0)
    entries, lost, _kept = reopened(folder)
    assert (entries, lost) == (CYCLES + 1, 0)
    store_is_sound(folder, ids(1, CYCLES + 1))
    assert [tip.position.epoch_no for tip in Reader(folder).epochs()] == [1, 2]


def test_a_file_of_zero_bytes_beside_its_log_begins_from_the_backup(folder):
    place = BackupPlace(folder / "backups")
    back_up(folder, place, STATION, at(0))
    (folder / "record.db").write_bytes(b"")
    entries, lost, _kept = reopened(folder)
    assert (entries, lost) == (CYCLES + 1, 0)
    store_is_sound(folder, ids(1, CYCLES + 1))


def test_a_record_that_is_gone_is_never_begun_empty_unsaid(folder):
    (folder / "record.db").unlink()
    entries, lost, kept = reopened(folder)
    assert entries + lost == CYCLES + 1
    assert lost > 0
    assert (folder / f"{kept}-wal").exists()
    store_is_sound(folder)


def test_a_log_cut_short_is_noticed_and_counted(folder):
    log = folder / "record.db-wal"
    cut = log.stat().st_size // 20
    with log.open("r+b") as file:
        file.truncate(cut)
    entries, lost, kept = reopened(folder)
    assert (folder / f"{kept}-wal").stat().st_size == cut
    assert entries + lost == CYCLES + 1
    assert lost > 0
    store_is_sound(folder, ids(1, CYCLES - 50))


def test_a_flipped_bit_in_the_log_costs_no_entry_behind_it(folder):
    log = folder / "record.db-wal"
    content = bytearray(log.read_bytes())
    content[40] ^= 1  # in the first frame's salt: SQLite believes nothing of what follows
    log.write_bytes(content)
    entries, lost, _kept = reopened(folder)
    assert entries + lost == CYCLES + 1
    store_is_sound(folder, ids(1, CYCLES - 50))


def test_the_log_of_another_file_is_not_taken_for_its_own(folder, tmp_path):
    other = tmp_path / "other"
    store = open_store(other, prefix="other", station="ST-099")
    for number in range(1, 40):
        store.commit([cycle_changes(number)], at(number))
    shutil.copyfile(other / "record.db-wal", folder / "record.db-wal")
    store.close()
    entries, lost, _kept = reopened(folder)
    assert entries + lost == CYCLES + 1
    assert lost <= 51
    store_is_sound(folder, ids(1, CYCLES - 50))


def test_a_store_of_another_station_swapped_in_is_refused_and_kept(folder, tmp_path):
    other = tmp_path / "other"
    open_store(other, prefix="other", station="ST-099").close()
    for path in folder.glob("record.db*"):
        path.unlink()
    shutil.copyfile(other / "record.db", folder / "record.db")
    with pytest.raises(ForeignDatabaseError, match="ST-099"):
        open_store(folder)


def test_counters_of_a_record_that_is_not_whole_are_doubted(folder):
    with (folder / "record.db-wal").open("r+b") as file:
        file.truncate(5000)
    store = open_store(folder, prefix="again")
    store.close()
    assert [row["boot"] for row in rows(folder, "SELECT boot FROM counter_position")] == [DOUBTED]


def test_a_flipped_word_in_a_row_is_mended_from_the_journal(folder):
    with closing(sqlite3.connect(folder / "record.db")) as record, record:
        record.execute("UPDATE cycle SET verdict = 'gnod' WHERE number > 290")
    entries, lost, _kept = reopened(folder)
    assert (entries, lost) == (CYCLES + 1, 0)
    store_is_sound(folder, ids(1, CYCLES + 1))


def test_an_old_backup_is_brought_up_by_the_entries_that_follow(tmp_path):
    store = open_store(tmp_path)
    for number in range(1, 101):
        store.commit([cycle_changes(number)], at(number))
        if number == 60:
            back_up(tmp_path, BackupPlace(tmp_path / "backups"), STATION, at(60))
    store.commit([saying(person(1, "x" * 20_000))], at(100))
    store.close()
    spoil(tmp_path / "record.db", 4096, b"\x00" * 4096 * 3)
    entries, lost, _kept = reopened(tmp_path)
    assert entries + lost == 102
    store_is_sound(tmp_path, [*ids(1, 60), f"cycle-{CYCLES + 1:06}"])


def rot(path, offset):
    """Spoil a page as a disk does by itself: the file is not dated anew."""
    spoil(path, offset)
    file = path.with_name("epoch.json")
    marker = json.loads(file.read_bytes()) | {"changed_at": changed_at_of(path.parent)}
    file.write_bytes(json.dumps(marker).encode())


def test_a_page_that_rots_after_a_clean_end_is_found_at_the_next_start(folder):
    open_store(folder, prefix="again").close()
    rot(folder / "record.db", (folder / "record.db").stat().st_size // 4096 // 2 * 4096)
    entries, lost, _kept = reopened(folder)
    assert entries + lost == CYCLES + 1


def test_damage_found_while_recording_is_looked_for_at_the_next_start_however_it_ended(folder, monkeypatch):
    monkeypatch.setattr("station_db.examining.LOOKED_AT_BYTES", 0)
    store = open_store(folder, prefix="again")
    store.checkpoint(at(0))
    with closing(sqlite3.connect(folder / "record.db")) as record:
        (root,) = record.execute("SELECT rootpage FROM sqlite_master WHERE name = 'draft'").fetchone()
    spoil(folder / "record.db", (root - 1) * 4096)
    with pytest.raises(CommitFailedError, match="malformed"):
        store.commit([Changes(drafts=(Draft("note", "half", "P-1", at(1)),))], at(1))
    store.close()
    entries, lost, _kept = reopened(folder)
    assert (entries, lost) == (CYCLES + 1, 0)


def test_the_number_of_an_epoch_that_is_lost_is_not_used_again(tmp_path):
    store = open_store(tmp_path)
    store.commit([cycle_changes(number) for number in range(1, 6)], at(5))
    back_up(tmp_path, BackupPlace(tmp_path / "backups"), STATION, at(5))
    store.close()
    (tmp_path / "record.db").touch()  # as if put back
    second = open_store(tmp_path, prefix="second")
    second.commit([cycle_changes(6)], at(6))
    second.close()
    (tmp_path / "record.db").unlink()
    third = open_store(tmp_path, prefix="third")
    third.close()
    assert (second.position.epoch_no, third.position.epoch_no) == (2, 3)
    store_is_sound(tmp_path, ids(1, 5))


def test_what_was_half_typed_and_answered_survives_what_it_can(tmp_path):
    store = open_store(tmp_path)
    old, young = (CommandOutcome(name, True, "", (), at(-days * 86_400)) for name, days in (("old", 8), ("young", 6)))
    store.commit(
        [cycle_changes(1), cycle_changes(2), Changes(drafts=(Draft("note", "half", "P-1", at(1)),), outcomes=(old, young))], at(1)
    )
    store.close()
    open_store(tmp_path, prefix="again").close()
    assert [row["id"] for row in rows(tmp_path, "SELECT id FROM command_outcome")] == ["young"]
    with closing(sqlite3.connect(tmp_path / "record.db")) as record, record:
        record.execute("DELETE FROM journal WHERE seq = 2")
    _entries, lost, _kept = reopened(tmp_path)
    assert lost == 1
    assert [row["text"] for row in rows(tmp_path, "SELECT text FROM draft")] == ["half"]
