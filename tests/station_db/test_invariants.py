"""Each invariant must fail on a violation planted into files that fulfil it, else nothing that leans on it is proven."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from station_db.records.base import RecordId, Verdict
from station_db.records.equipment import EquipmentState, ItemState
from tests import invariants
from tests.station_db.store.store_cases import STATION, at, cycle_changes, cycle_of, open_store, saying
from tests.station_db.sync.sync_cases import connected, founded_sqlite, push_all

CYCLES = 8
SAVED = [f"cycle-{number:06}" for number in range(1, CYCLES + 1)]


@dataclass(frozen=True)
class Both:
    """A station's folder and its centre, which hold the same."""

    folder: Path
    url: str

    def spoil(self, file: str, statement: str) -> None:
        path = self.folder.parent / file
        with closing(sqlite3.connect(path)) as database, database:
            assert database.execute(statement).rowcount != 0


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sound")
    store = open_store(made / "data")
    for number in range(1, CYCLES + 1):
        store.commit([cycle_changes(number)], at(number))
    state = EquipmentState(id=RecordId("e1"), machine="press", state=ItemState.EXECUTING, started_at=at(1), ended_at=at(CYCLES))
    store.commit([saying(state), saying(cycle_of(99, machine="driver", boot=1, verdict=Verdict.BAD))], at(CYCLES))
    store.close()
    with connected(founded_sqlite(made)) as centre:
        push_all(made / "data", centre)
    return made


@pytest.fixture
def both(sound: Path, tmp_path: Path) -> Iterator[Both]:
    shutil.copytree(sound, tmp_path / "both")
    return Both(tmp_path / "both" / "data", f"sqlite:///{tmp_path / 'both' / 'centre.db'}")


def judge(both: Both) -> None:
    """All that two ends at rest must fulfil."""
    invariants.store_is_sound(both.folder, SAVED)
    invariants.parts_are_conserved(both.folder, "press", good=CYCLES, bad=0)
    invariants.parts_are_conserved(both.folder, "driver", good=0, bad=1)
    invariants.times_make_sense(both.folder)
    invariants.schema_is_whole(both.folder)
    invariants.books_balance(invariants.balance(both.folder, both.url))
    invariants.centre_has_no_holes(both.url, STATION)
    invariants.each_record_is_at_the_centre_once(both.folder, both.url)


def test_two_sound_ends_fulfil_all_of_them(both: Both) -> None:
    judge(both)


RECORD, SIGNALS, CENTRE = "data/record.db", "data/signals.db", "centre.db"
HARMS = {
    "I1 a saved record is gone": ("I1", RECORD, "DELETE FROM journal WHERE record_id = 'cycle-000003'"),
    "I2 the centre lacks the last entry": ("I5|I2", CENTRE, "DELETE FROM journal WHERE record_id = 'cycle-000099'"),
    "I2 the centre has another payload": ("I2", CENTRE, "UPDATE journal SET payload = '{}' WHERE record_id = 'cycle-000003'"),
    "I2 the centre has one more": (
        "I2",
        CENTRE,
        "INSERT INTO journal SELECT station_id, 'other', 1, recorded_at, kind, record_id, addressee, version, actor, cause,"
        " payload, prev_hash, hash FROM journal WHERE record_id = 'cycle-000003'",
    ),
    "I3 a row is gone": ("I3", RECORD, "DELETE FROM cycle WHERE number = 3"),
    "I3 a row is of another version": ("I3", RECORD, "UPDATE cycle SET row_version = 2 WHERE number = 3"),
    "I3 the counter is elsewhere": ("I3", RECORD, "UPDATE counter_position SET value = value + 1"),
    "I3 a curve is gone": ("I3", SIGNALS, "DELETE FROM curve"),
    "I4 a part is there twice": ("I4", RECORD, "UPDATE cycle SET boot = 1, number = 1, machine = 'press' WHERE number < 3"),
    "I4 a part has another verdict": ("I4", RECORD, "UPDATE cycle SET verdict = 'bad' WHERE number = 3"),
    "I5 a number is missing": ("I5", RECORD, "DELETE FROM journal WHERE record_id = 'e1'"),
    "I5 the watermark is ahead": ("I5", CENTRE, "UPDATE watermark SET last_seq = last_seq + 1"),
    "I5 the watermark has another head": ("I5", CENTRE, "UPDATE watermark SET head = 'other'"),
    "I6 what is aside is nowhere": (
        "I6",
        CENTRE,
        "INSERT INTO set_aside (station_id, epoch, seq, kind, reason, at)"
        " SELECT station_id, epoch, last_seq + 1, 'x', 'x', 1 FROM watermark",
    ),
    "I7 somebody else did it": ("I7", RECORD, "UPDATE journal SET actor = 'nobody' WHERE record_id = 'cycle-000003'"),
    "I7 a row says something else": ("I7", RECORD, "UPDATE equipment_state SET machine = 'driver'"),
    "I13 it ended before it began": ("I13", RECORD, "UPDATE equipment_state SET ended_at = started_at - 1"),
    "I13 it lasted longer than a day": ("I13", RECORD, "UPDATE equipment_state SET ended_at = started_at + 86400000001"),
    "I15 a column more": ("I15", RECORD, "ALTER TABLE draft ADD COLUMN more TEXT"),
    "I15 a table without an index": ("I15", RECORD, "DROP INDEX "),
    "I15 an unknown revision": ("I15", RECORD, "UPDATE alembic_version SET version_num = '9999'"),
}


@pytest.mark.parametrize("name", HARMS)
def test_an_invariant_fails_on_a_violation(both: Both, name: str) -> None:
    invariant, file, statement = HARMS[name]
    if statement == "DROP INDEX ":
        with invariants.reading(both.folder / "record.db") as record:
            statement += record.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchone()[0]
    both.spoil(file, statement)
    said = [str(error) for error in (_raised(check, both) for check in CHECKS) if error]
    assert any(each.startswith(tuple(f"{one}:" for one in invariant.split("|"))) for each in said), said


def _raised(check: Callable[[Both], object], both: Both) -> AssertionError | None:
    try:
        check(both)
    except AssertionError as error:
        return error
    return None


CHECKS: tuple[Callable[[Both], object], ...] = (
    lambda both: invariants.saved_means_saved(both.folder, SAVED),
    lambda both: invariants.decisions_are_whole(both.folder),
    lambda both: invariants.numbers_have_no_gaps(both.folder),
    lambda both: invariants.history_is_untouched(both.folder),
    lambda both: invariants.parts_are_conserved(both.folder, "press", good=CYCLES, bad=0),
    lambda both: invariants.times_make_sense(both.folder),
    lambda both: invariants.schema_is_whole(both.folder),
    lambda both: invariants.books_balance(invariants.balance(both.folder, both.url)),
    lambda both: invariants.centre_has_no_holes(both.url, STATION),
    lambda both: invariants.each_record_is_at_the_centre_once(both.folder, both.url),
)


@pytest.mark.parametrize(("good", "bad"), [(CYCLES + 1, 0), (CYCLES - 1, 1)])
def test_parts_that_are_not_recorded_or_otherwise_are_seen(both: Both, good: int, bad: int) -> None:
    with pytest.raises(AssertionError, match="I4"):
        invariants.parts_are_conserved(both.folder, "press", good=good, bad=bad)


def test_a_change_without_a_copy_is_seen(both: Both) -> None:
    with pytest.raises(AssertionError, match="I15"):
        invariants.change_was_backed_up(both.folder, "0003")


def test_what_stays_open_or_grows_is_seen(both: Both) -> None:
    before = invariants.footprint()
    with (both.folder / "record.db").open("rb"), pytest.raises(AssertionError, match="I12: 1 handles"):
        invariants.nothing_is_left_open(before, invariants.footprint())
    (both.folder / "record.db-wal").write_bytes(bytes(101))
    with pytest.raises(AssertionError, match="I12"):
        invariants.log_is_bounded(both.folder, 100)
    with pytest.raises(AssertionError, match="I12"):
        invariants.store_is_within(both.folder, 1000)
    with pytest.raises(AssertionError, match="I12: memory grows"):
        invariants.memory_is_steady((0, 1800, 3600), (0, 2**20, 2**21))
