"""Day by day both ends are proven the same, and what the centre lost is put in again, no more and no less."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from station_db import reconciled
from station_db.reader import Reader
from station_db.records.base import Instant
from station_db.store import Store
from station_db.sync.centre import Centre
from station_db.sync.day_sums import DAY_US, day_name, day_of
from station_db.sync.reconcile import Reconciled, reconcile
from station_db.sync.up import push
from station_db.tables import TYPED
from tests.faults.postgres import Postgres
from tests.station_db.store.store_cases import START, cycle_of, open_store, saying
from tests.station_db.sync.sync_cases import connected, founded_sqlite, journal_of, local_journal, push_all

DAYS = 5


def day(number: int) -> Instant:
    """The beginning of a day of the tests."""
    return Instant(START // DAY_US * DAY_US + DAY_US * number + 1)


TODAY = day(DAYS)


def record_days(store: Store, days: int = DAYS, a_day: int = 4) -> None:
    """So many cycles on each of so many days."""
    for number in range(days):
        store.commit([saying(cycle_of(number * a_day + each)) for each in range(a_day)], day(number))


def run(store: Store, folder: Path, centre: Centre, at: Instant = TODAY) -> Reconciled:
    """Reconcile and note the days, as the engine does."""
    found = reconcile(Reader(folder), centre, at=at)
    store.note_reconciled(found.days)
    return found


def lose(server: Postgres, plant: str, *seqs: int) -> None:
    """As a fail-over to an older copy does that has only part of the rows."""
    with server.admin_of(plant) as admin:
        admin.execute("ALTER TABLE journal DISABLE TRIGGER USER")
        admin.execute("DELETE FROM journal WHERE station_id = 'ST-040' AND seq = ANY(%s)", (list(seqs),))
        admin.execute("DELETE FROM cycle WHERE station_id = 'ST-040' AND row_seq = ANY(%s)", (list(seqs),))
        admin.execute("ALTER TABLE journal ENABLE TRIGGER USER")


def lose_in_file(url: str, *seqs: int) -> None:
    """The same in a SQLite centre."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as centre:
        for seq in seqs:
            centre.execute("DELETE FROM journal WHERE station_id = 'ST-040' AND seq = ?", (seq,))
            centre.execute("DELETE FROM cycle WHERE station_id = 'ST-040' AND row_seq = ?", (seq,))
        centre.commit()


def test_days_that_are_the_same_are_noted_and_only_the_last_two_looked_at_again(
    centre_url: str, store: Store, tmp_path: Path
) -> None:
    record_days(store)
    with connected(centre_url) as centre:
        push_all(tmp_path / "station", centre)
        first = run(store, tmp_path / "station", centre)
        again = run(store, tmp_path / "station", centre)
    assert (first.entries, first.holes, len(first.days)) == (21, 0, DAYS)
    assert (again.entries, again.days) == (4, ())


def test_what_a_postgresql_centre_lost_is_put_in_again_by_the_station_itself(
    server: Postgres, plant: str, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "station"
    record_days(store)
    with connected(server.url(plant, "station_ST-040")) as centre:
        push_all(folder, centre)
        lose(server, plant, 3, 4, 11, 21)
        assert push_all(folder, centre) == 0
        found = run(store, folder, centre)
        assert (found.holes, found.resent, found.days) == (4, 4, ())
        assert [place.seq for place in found.places] == [3, 4, 11, 21]
        assert journal_of(centre) == local_journal(folder)
        with centre.reading() as connection:
            assert len(connection.scalars(select(TYPED["cycle"].c.id)).all()) == 20
        assert len(run(store, folder, centre).days) == DAYS


def test_an_entry_with_another_hash_is_told_and_left_as_it_is(sqlite_url: str, store: Store, tmp_path: Path) -> None:
    record_days(store)
    with connected(sqlite_url) as centre:
        push_all(tmp_path / "station", centre)
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as file:
            file.execute("UPDATE journal SET hash = 'x' WHERE station_id = 'ST-040' AND seq = 7")
            file.commit()
        before = journal_of(centre)
        found = run(store, tmp_path / "station", centre)
        assert (found.holes, found.differing, found.resent, found.days) == (0, 1, 0, ())
        assert journal_of(centre) == before


def test_a_day_that_is_not_over_is_not_noted(sqlite_url: str, store: Store, tmp_path: Path) -> None:
    record_days(store)
    with connected(sqlite_url) as centre:
        push_all(tmp_path / "station", centre)
        assert len(run(store, tmp_path / "station", centre, at=day(DAYS - 1)).days) == DAYS - 1


def test_an_entry_that_was_changed_here_is_not_sent_in_place_of_the_lost_one(
    sqlite_url: str, store: Store, tmp_path: Path
) -> None:
    record_days(store)
    with connected(sqlite_url) as centre:
        push_all(tmp_path / "station", centre)
        lose_in_file(sqlite_url, 7, 8)
        with closing(sqlite3.connect(tmp_path / "station" / "record.db")) as file:
            file.execute("UPDATE journal SET actor = 'x' WHERE seq = 7")
            file.commit()
        found = run(store, tmp_path / "station", centre)
    assert (found.holes, found.resent, found.days, [place.seq for place in found.places]) == (2, 1, (), [7, 8])


def test_an_entry_dated_into_a_noted_day_opens_that_day_again(sqlite_url: str, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "station"
    record_days(store)
    with connected(sqlite_url) as centre:
        push_all(folder, centre)
        run(store, folder, centre)
        store.commit([saying(cycle_of(99))], day(1))
        push_all(folder, centre)
        lose_in_file(sqlite_url, 7)
        assert run(store, folder, centre).resent == 1
        found = run(store, folder, centre)
        assert [each.entries for each in found.days] == [5]
        assert journal_of(centre) == local_journal(folder)


def test_what_was_not_sent_yet_is_no_hole(sqlite_url: str, store: Store, tmp_path: Path) -> None:
    record_days(store)
    with connected(sqlite_url) as centre:
        push_all_but_some(tmp_path / "station", centre)
        found = run(store, tmp_path / "station", centre)
        assert (found.holes, found.entries, len(found.days)) == (0, 10, 2)
        push_all(tmp_path / "station", centre)
        found = run(store, tmp_path / "station", centre)
        assert (found.holes, len(found.days)) == (0, 3)


def push_all_but_some(folder: Path, centre: Centre) -> None:
    """Ten entries."""
    push(Reader(folder), centre, at=TODAY, limit=10)


def test_an_earlier_epoch_is_reconciled_too(sqlite_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "station"
    folder.mkdir()
    for machine in ("one", "two"):
        store = open_store(folder, prefix=machine, machine=machine)
        record_days(store, days=2)
        with connected(sqlite_url) as centre:
            push_all(folder, centre)
        store.close()
    lose_in_file(sqlite_url, 3)
    store = open_store(folder, prefix="two", machine="two")
    with connected(sqlite_url) as centre:
        push_all(folder, centre)
        found = run(store, folder, centre)
        assert found.resent == 2
        assert {place.epoch for place in found.places} == {"one-000001", "two-000001"}
        assert journal_of(centre) == local_journal(folder)
    store.close()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.sets(st.integers(2, 20), max_size=5)), min_size=1, max_size=6),
    st.integers(0, 3),
)
@pytest.mark.timeout(30)  # 25 stations with a centre each
def test_whatever_is_lost_and_however_the_clock_goes_both_ends_become_the_same(
    rounds: list[tuple[int, set[int]]], span: int
) -> None:
    with tempfile.TemporaryDirectory() as made, pytest.MonkeyPatch.context() as patch:
        patch.setattr("station_db.sync.day_sums.SPAN", (1, 3, 7, 50)[span])
        folder, url = Path(made) / "station", founded_sqlite(Path(made))
        folder.mkdir()
        store = open_store(folder)
        with connected(url) as centre:
            for number, (on, lost) in enumerate(rounds):
                store.commit([saying(cycle_of(number * 3 + each)) for each in range(3)], day(on))
                push_all(folder, centre)
                lose_in_file(url, *lost)
                first, second = (run(store, folder, centre, at=day(on + 1)) for _ in range(2))
                assert first.holes == first.resent
                assert second.holes == 0
            run(store, folder, centre, at=day(40))
            final = reconcile(Reader(folder), centre, at=day(41))
            noted = Reader(folder).ask(reconciled.days_of)
            assert_noted_is_true(folder, noted)
            assert final.holes == 0
        store.close()


def assert_noted_is_true(folder: Path, noted: tuple[reconciled.ReconciledDay, ...]) -> None:
    """A noted day has as many entries as the journal has of it."""
    entries = Reader(folder).journal_after("epoch-000001", 0, 10_000)
    for each in noted:
        counted = sum(1 for entry in entries if day_text(entry.recorded_at) == each.day)
        assert counted == each.entries, each


def day_text(at: int) -> str:
    """The UTC day of a moment."""
    return day_name(day_of(Instant(at)))
