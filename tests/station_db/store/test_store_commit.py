import os
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError

from station_db.connecting import raw
from station_db.errors import CommitFailedError
from station_db.reader import Reader
from station_db.records.base import RecordId
from station_db.records.changes import Changes
from station_db.records.local import CommandOutcome, CounterPosition, Draft
from tests.invariants import store_is_sound
from tests.station_db.store.store_cases import at, curve_of, cycle_changes, cycle_of, open_store, saying


@pytest.fixture
def store(tmp_path):
    made = open_store(tmp_path)
    yield made
    made.close()


def test_a_batch_is_in_the_journal_its_tables_and_the_position(store, tmp_path):
    position = store.commit([cycle_changes(1), cycle_changes(2)], at(2))
    reader = Reader(tmp_path)
    entries = reader.journal_after(position.epoch, 0, 10)
    assert [(entry.seq, entry.kind, entry.record_id) for entry in entries] == [
        (1, "epoch.1", "epoch-000001"),
        (2, "cycle.1", "cycle-000001"),
        (3, "cycle.1", "cycle-000002"),
    ]
    assert (position.seq, position.head) == (3, entries[-1].hash)
    assert reader.position() == position == store.position
    assert reader.resume().positions == (CounterPosition("press", "cycle", 2, 1, at(2)),)
    assert reader.curve(curve_of(2).digest) == curve_of(2)
    store_is_sound(tmp_path, ["cycle-000001", "cycle-000002"])


def test_every_change_of_a_record_is_a_new_version_and_the_table_has_the_last(store, tmp_path):
    store.commit([saying(cycle_of(1)), saying(cycle_of(1, curve_lost=1))], at(1))
    store.commit([saying(cycle_of(1, curve_lost=2), actor="P-7", cause="command-1")], at(2))
    reader = Reader(tmp_path)
    entries = reader.journal_after(store.position.epoch, 1, 10)
    assert [entry.version for entry in entries] == [1, 2, 3]
    assert (entries[-1].actor, entries[-1].cause) == ("P-7", "command-1")
    assert reader.resume().cycles == (cycle_of(1, curve_lost=2),)
    store_is_sound(tmp_path)


def test_a_draft_is_kept_until_it_is_empty_and_an_answer_is_the_same_when_asked_again(store, tmp_path):
    outcome = CommandOutcome("command-1", done=False, code="refused", args=("a", "b"), at=at(1))
    store.commit(
        [Changes(drafts=(Draft("step-1", "12.", "P-1", at(1)), Draft("step-2", "x", "P-1", at(1))), outcomes=(outcome,))], at(1)
    )
    store.commit([Changes(drafts=(Draft("step-2", "", "P-1", at(2)), Draft("step-1", "12.5", "P-1", at(2))))], at(2))
    resume = Reader(tmp_path).resume()
    assert resume.drafts == (Draft("step-1", "12.5", "P-1", at(2)),)
    assert resume.outcomes == (outcome,)


def test_a_batch_that_cannot_be_stored_leaves_nothing_behind_and_the_store_usable(store, tmp_path):
    before = store.commit([cycle_changes(1)], at(1))
    impossible = saying(replace(cycle_of(3), number=2**70))
    with pytest.raises(CommitFailedError):
        store.commit([cycle_changes(2), impossible], at(2))
    assert store.position == before
    assert Reader(tmp_path).resume().positions[0].value == 1
    assert store.commit([cycle_changes(2)], at(2)).seq == before.seq + 1
    store_is_sound(tmp_path)


def test_a_disk_that_refuses_is_a_failed_commit_and_heals(store, tmp_path):
    record = store._record._file.connection
    pages = raw(record, "PRAGMA page_count")[0][0]
    raw(record, f"PRAGMA max_page_count={pages}")
    huge = saying(cycle_of(2, id=RecordId("x" * 500_000)))
    with pytest.raises(CommitFailedError) as failure:
        store.commit([huge], at(2))
    assert isinstance(failure.value.__cause__, OperationalError)
    store.commit([huge], at(3))
    store_is_sound(tmp_path, [huge.entries[0].record.id])


def test_text_from_a_machine_may_hold_a_nul(store, tmp_path):
    store.commit([saying(cycle_of(1, machine="press\x00"))], at(1))
    assert Reader(tmp_path).resume().cycles[0].machine == "press\ufffd"
    assert b"press\\u0000" in Reader(tmp_path).journal_after(store.position.epoch, 1, 1)[0].payload
    store_is_sound(tmp_path)


def test_both_files_wait_for_the_disk_with_every_commit(store):
    for file in (store._record._file, store._signals):
        assert raw(file.connection, "PRAGMA synchronous") == [(2,)]
        assert raw(file.connection, "PRAGMA journal_mode") == [("wal",)]


def test_the_marker_is_on_the_disk_after_opening_checkpoint_and_close_and_never_holds_up_a_commit(tmp_path, monkeypatch):
    plain, synced = os.fsync, []

    def noting(handle):
        synced.append(os.fstat(handle).st_ino)
        plain(handle)

    def times_on_disk():
        return synced.count((tmp_path / "epoch.json").stat().st_ino)

    monkeypatch.setattr(os, "fsync", noting)
    store = open_store(tmp_path)
    assert times_on_disk() == 1
    store.commit([cycle_changes(1)], at(1))
    assert times_on_disk() == 1
    store.checkpoint(at(0))
    assert times_on_disk() == 2
    store.close()
    assert times_on_disk() == 3
    assert (tmp_path / "record.db").stat().st_ino in synced
