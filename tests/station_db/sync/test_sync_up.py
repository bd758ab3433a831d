"""Records arrive at the centre exactly once, in order, whatever breaks in between."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from station_db import journal
from station_db.connecting import RECORD_FILE, writer_engine
from station_db.journal import Origin
from station_db.reader import Reader
from station_db.store import Store
from station_db.sync.centre import Centre
from station_db.sync.errors import BrokenChainError, CentreLostError, ForkError, UnknownStationError, WatermarkMovedError
from station_db.sync.status import status
from station_db.sync.up import marks, push
from station_db.tables import SET_ASIDE, TYPED
from station_db.writing import write_changes
from tests.faults.postgres import Postgres
from tests.station_db.store.store_cases import at, back_up, cycle_of, open_store, saying
from tests.station_db.sync.sync_cases import connected, journal_of, local_journal, push_all, record_cycles


def test_every_entry_arrives_once_and_in_order(centre_url: str, store: Store, tmp_path: Path) -> None:
    record_cycles(store, 1, 25)
    with connected(centre_url) as centre:
        assert push_all(tmp_path / "station", centre, limit=10) == store.position.seq
        assert push_all(tmp_path / "station", centre) == 0
        assert journal_of(centre) == local_journal(tmp_path / "station")


def test_the_typed_tables_at_the_centre_hold_the_latest_version(centre_url: str, store: Store, tmp_path: Path) -> None:
    store.commit([saying(cycle_of(1)), saying(cycle_of(1, curve_lost=7)), saying(cycle_of(2))], at(2))
    with connected(centre_url) as centre:
        push_all(tmp_path / "station", centre)
        store.commit([saying(cycle_of(1, curve_lost=9))], at(3))
        push_all(tmp_path / "station", centre)
        with centre.reading() as connection:
            rows = connection.execute(select(TYPED["cycle"].c.number, TYPED["cycle"].c.curve_lost)).all()
    assert sorted(tuple(row) for row in rows) == [(1, 9), (2, 0)]


def test_a_commit_whose_answer_was_lost_is_not_sent_again(
    server: Postgres, plant: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_cycles(store, 1, 5)
    url = server.url(plant, "station_ST-040")
    with connected(url) as centre:
        monkeypatch.setattr("station_db.sync.up.crashpoint", lambda name: killed(name, "after_centre_commit", server, plant))
        push(Reader(tmp_path / "station"), centre, at=at(1))
        with pytest.raises(CentreLostError):
            push(Reader(tmp_path / "station"), centre, at=at(1))
    monkeypatch.undo()
    with connected(url) as centre:
        assert push_all(tmp_path / "station", centre) == 0
        assert journal_of(centre) == local_journal(tmp_path / "station")


def test_a_transaction_killed_before_its_commit_leaves_nothing_and_is_sent_whole(
    server: Postgres, plant: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_cycles(store, 1, 5)
    url = server.url(plant, "station_ST-040")
    with connected(url) as centre:
        monkeypatch.setattr("station_db.sync.up.crashpoint", lambda name: killed(name, "before_centre_commit", server, plant))
        with pytest.raises(CentreLostError):
            push(Reader(tmp_path / "station"), centre, at=at(1))
    monkeypatch.undo()
    with connected(url) as centre:
        assert journal_of(centre) == []
        assert push_all(tmp_path / "station", centre) == 6


def killed(name: str, wanted: str, server: Postgres, plant: str) -> None:
    """End the centre's backends at one named point."""
    if name == wanted:
        server.kill_backends(plant)


def test_a_second_push_from_the_same_watermark_is_told_to_look_again(
    sqlite_url: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_cycles(store, 1, 5)
    folder = tmp_path / "station"
    with connected(sqlite_url) as first, connected(sqlite_url) as second:
        assert push(Reader(folder), first, at=at(1), limit=2).entries == 2
        seen = marks(second, "ST-040")
        push(Reader(folder), first, at=at(1), limit=2)
        monkeypatch.setattr("station_db.sync.up.marks_of", lambda *_: seen)
        with pytest.raises(WatermarkMovedError):
            push(Reader(folder), second, at=at(1), limit=2)
        monkeypatch.undo()
        assert push_all(folder, second) == 2
        assert journal_of(second) == local_journal(folder)


def test_a_watermark_that_another_history_moved_in_between_is_left_alone(
    sqlite_url: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_cycles(store, 1, 5)
    plain = Reader.journal_after

    def after_another_wrote(self: Reader, epoch: str, seq: int, *limits: int) -> tuple[journal.JournalEntry, ...]:
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
            other.execute("UPDATE watermark SET head = 'of another'")
            other.commit()
        return plain(self, epoch, seq, *limits)

    with connected(sqlite_url) as centre:
        push(Reader(tmp_path / "station"), centre, at=at(1), limit=2)
        before = journal_of(centre)
        monkeypatch.setattr(Reader, "journal_after", after_another_wrote)
        with pytest.raises(WatermarkMovedError):
            push(Reader(tmp_path / "station"), centre, at=at(1), limit=2)
        assert journal_of(centre) == before


def test_a_copied_store_that_goes_on_in_the_same_epoch_is_a_fork(centre_url: str, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    store = open_store(one)
    record_cycles(store, 1, 3)
    store.close()
    shutil.copytree(one, two)
    for folder, number in ((one, 4), (two, 5)):
        forge_entry(folder, number)
    with connected(centre_url) as centre:
        push_all(one, centre)
        before = journal_of(centre)
        with pytest.raises(ForkError) as fork:
            push_all(two, centre)
        assert (fork.value.epoch, fork.value.seq) == ("epoch-000001", 5)
        forge_entry(two, 6)
        with pytest.raises(ForkError):
            push_all(two, centre)
        assert journal_of(centre) == before


def forge_entry(folder: Path, number: int) -> None:
    """Go on in the present epoch, as no store does by itself after a copy."""
    tip = Reader(folder).position()
    engine = writer_engine(folder / RECORD_FILE)
    with engine.begin() as connection:
        write_changes(connection, Origin("ST-040", at(number)), tip, saying(cycle_of(number)))
    engine.dispose()


def test_a_restored_store_goes_on_in_an_epoch_of_its_own(centre_url: str, tmp_path: Path) -> None:
    folder, backup = tmp_path / "station", tmp_path / "backup.db"
    folder.mkdir()
    store = open_store(folder)
    record_cycles(store, 1, 3)
    back_up(folder, backup)
    record_cycles(store, 4, 6)
    store.close()
    with connected(centre_url) as centre:
        push_all(folder, centre)
        for path in folder.glob("record.db*"):
            path.unlink()
        shutil.copy(backup, folder / RECORD_FILE)
        restored = open_store(folder, prefix="restored")
        record_cycles(restored, 7, 8)
        restored.close()
        assert push_all(folder, centre) == 3
        assert {epoch: mark.last_seq for epoch, mark in marks(centre, "ST-040").items()} == {
            "epoch-000001": 7,
            "restored-000001": 3,
        }


def test_two_stores_restored_from_one_backup_are_a_fork(sqlite_url: str, tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    origin.mkdir()
    open_store(origin).close()
    with connected(sqlite_url) as centre:
        for prefix in ("left", "right"):
            shutil.copytree(origin, tmp_path / prefix)
            open_store(tmp_path / prefix, prefix=prefix, machine=prefix).close()
        push_all(tmp_path / "left", centre)
        with pytest.raises(ForkError):
            push_all(tmp_path / "right", centre)


def test_a_kind_the_centre_does_not_know_is_kept_and_set_aside_and_the_rest_goes_on(
    centre_url: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_cycles(store, 1, 3)
    plain = Reader.journal_after

    def from_a_newer_station(self: Reader, epoch: str, seq: int, *limits: int) -> tuple[journal.JournalEntry, ...]:
        return rechained(plain(self, epoch, seq, *limits))

    monkeypatch.setattr(Reader, "journal_after", from_a_newer_station)
    with connected(centre_url) as centre:
        assert push(Reader(tmp_path / "station"), centre, at=at(1)).set_aside == 1
        with centre.reading() as connection:
            aside = connection.execute(select(SET_ASIDE.c.seq, SET_ASIDE.c.kind, SET_ASIDE.c.reason)).all()
            cycles = connection.scalars(select(TYPED["cycle"].c.number)).all()
        assert [(row.seq, row.kind) for row in aside] == [(3, "laser_cut.1")]
        assert "laser_cut" in aside[0].reason
        assert sorted(cycles) == [1, 3]
        assert len(journal_of(centre)) == 4


def rechained(entries: tuple[journal.JournalEntry, ...]) -> tuple[journal.JournalEntry, ...]:
    """The third entry of a kind from the future, and hashes to fit."""
    made: list[journal.JournalEntry] = []
    for entry in entries:
        changed = replace(entry, kind="laser_cut.1") if entry.seq == 3 else entry
        bare = replace(changed, prev_hash=made[-1].hash if made else entry.prev_hash)
        made.append(replace(bare, hash=journal.entry_hash(bare)))
    return tuple(made)


def test_a_row_the_database_refuses_is_set_aside_alone(server: Postgres, plant: str, store: Store, tmp_path: Path) -> None:
    record_cycles(store, 1, 8)
    with server.admin_of(plant) as admin:
        admin.execute("ALTER TABLE cycle ADD CHECK (number <> 5)")
    with connected(server.url(plant, "station_ST-040")) as centre:
        assert push(Reader(tmp_path / "station"), centre, at=at(1)).set_aside == 1
        with centre.reading() as connection:
            assert sorted(connection.scalars(select(TYPED["cycle"].c.number))) == [1, 2, 3, 4, 6, 7, 8]


def test_entries_that_were_tampered_with_are_never_sent(sqlite_url: str, store: Store, tmp_path: Path) -> None:
    record_cycles(store, 1, 3)
    tamper(tmp_path / "station" / RECORD_FILE)
    with connected(sqlite_url) as centre:
        with pytest.raises(BrokenChainError) as broken:
            push_all(tmp_path / "station", centre)
        assert broken.value.seq == 3
        assert journal_of(centre) == []


def tamper(path: Path) -> None:
    """Change a payload behind everybody's back."""
    connection = sqlite3.connect(path)
    connection.execute("UPDATE journal SET payload = CAST(replace(payload, '12.5', '11.5') AS BLOB) WHERE seq = 3")
    connection.commit()
    connection.close()


def test_a_station_the_centre_has_not_heard_of_is_told_so(sqlite_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    open_store(folder, station="ST-060").close()
    with connected(sqlite_url) as centre, pytest.raises(UnknownStationError):
        push_all(folder, centre)


def test_a_watermark_ahead_of_its_journal_is_refused_at_commit(
    server: Postgres, plant: str, store: Store, tmp_path: Path
) -> None:
    record_cycles(store, 1, 3)
    with connected(server.url(plant, "station_ST-040")) as centre:
        push_all(tmp_path / "station", centre)
        with pytest.raises(Exception, match="more than the journal"), centre.writing() as connection:
            connection.execute(text("UPDATE watermark SET last_seq = last_seq + 5"))


def test_what_a_station_says_of_itself_is_seen_at_the_centre(centre_url: str, store: Store, tmp_path: Path) -> None:
    record_cycles(store, 1, 5)
    with connected(centre_url) as centre:
        push(Reader(tmp_path / "station"), centre, at=at(9), app_version="1.0", limit=4)
        station = next(each for each in status(centre).stations if each.station_id == "ST-040")
    assert (station.last_heard_at, station.entries, station.backlog, station.app_version) == (at(9), 4, 2, "1.0")


def test_a_push_does_not_need_a_new_connection_after_a_refusal(centre_url: str, store: Store, tmp_path: Path) -> None:
    centre = Centre.connect(centre_url)
    with pytest.raises(UnknownStationError):
        marks(centre, "ST-999")
    assert push_all(tmp_path / "station", centre) == 1
    centre.close()
