"""Who passes which crash point: for each, what stands there before and what a worker does until it dies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from station_db.backup import BackupPlace, back_up
from station_db.crashpoints import CRASHPOINTS
from station_db.pruning import PIECE
from station_db.reconciled import ReconciledDay
from station_db.records.base import Digest, Instant
from station_db.retention import DAY_US, Retention
from station_db.signals import Frame, Layout
from station_db.store import Store
from station_db.sync.day_sums import day_name, day_of
from tests.station_db.store.store_cases import (
    MACHINE_ID,
    START,
    STATION,
    at,
    counting_ids,
    cycle_changes,
    cycle_of,
    feed_of,
    open_store,
    person,
    saying,
)
from tests.station_db.store.store_worker import Tell
from tests.station_db.store.test_store_migration import to_first_schema

Work = Callable[[Path, Tell], None]
CYCLES = 12
FIRST_AFTER = 1001
"""The number of the first cycle that is recorded after a death."""
LAYOUT = Layout("press", ("force",), ("float64",))
HOUR_S = 3600
LATER_NS = 10**18


@dataclass(frozen=True)
class Driver:
    """`prepare` leaves a folder behind and says what was saved in it; `work` is what dies."""

    prepare: Callable[[Path], Iterable[str]]
    work: Work
    passes: int = 1
    """How often the point is passed at least, so that it can be died at there too."""


def drivers() -> dict[str, Driver]:
    """One for each crash point of a store; `ELSEWHERE` are died at where they belong."""
    first = Driver(_nothing, start_anew)
    recording = Driver(_some_cycles, record_some, passes=5)
    feeding = Driver(_nothing, take_feeds, passes=5)
    rolling = Driver(_frames, roll_up)
    backing_up = Driver(_some_cycles, make_backup)
    migrating = Driver(_older, start)
    salvaging = Driver(_spoilt, start)
    pruning = Driver(_old_cycles, let_go, passes=2)
    points = {point: first for point in ("during_create", "before_swap", "after_swap")}
    points |= {point: recording for point in ("before_curves", "after_curves", "after_journal", "after_projection")}
    points |= {point: recording for point in ("before_commit", "after_commit", "during_checkpoint")}
    points |= {point: feeding for point in ("after_feed_rows", "after_feed_cursor", "after_feed_commit")}
    points |= {point: migrating for point in ("during_migration_copy", "during_migration", "after_epoch", "before_close")}
    points |= {point: rolling for point in ("during_roll_up", "after_roll_up")}
    points |= {point: backing_up for point in ("during_backup", "before_backup_rename", "after_backup_rename")}
    points |= {point: salvaging for point in ("during_sidelining", "during_salvage")}
    points |= {point: pruning for point in ("during_prune", "after_prune")}
    return points


ELSEWHERE = {"during_restore": "test_store_restored.py"}
"""Points that no store passes by itself: died at in the named module."""


def missing() -> set[str]:
    """Crash points that nobody dies at."""
    return set(CRASHPOINTS) - set(drivers()) - set(ELSEWHERE)


def start_anew(folder: Path, tell: Tell) -> None:
    """A first start, making everything."""
    store = Store.open(folder, STATION, at=START, app_version="1.0", new_id=counting_ids("first"), machine=MACHINE_ID)
    store.commit([cycle_changes(1)], at(1))
    tell("cycle-000001")
    store.close()


def start(folder: Path, tell: Tell) -> None:
    """Open what is there, record once, end."""
    store = open_store(folder, prefix="started")
    store.commit([cycle_changes(FIRST_AFTER - 1)], at(FIRST_AFTER - 1))
    tell(f"cycle-{FIRST_AFTER - 1:06}")
    store.close()


def record_some(folder: Path, tell: Tell) -> None:
    """Cycles with curves, a checkpoint behind each."""
    store = open_store(folder, prefix="recording")
    for number in range(CYCLES + 1, 2 * CYCLES):
        store.commit([cycle_changes(number)], at(number))
        tell(f"cycle-{number:06}")
        store.checkpoint(at(number))
    store.close()


def take_feeds(folder: Path, tell: Tell) -> None:
    """What the centre sends, a person at a time."""
    store = open_store(folder, prefix="feeding")
    people = feed_of([person(number) for number in range(1, 8)])
    for number, entry in enumerate(people, 1):
        store.apply_feed([entry], at(number))
        tell(f"P-{number}")
    store.close()


def roll_up(folder: Path, tell: Tell) -> None:
    """Frames become blocks."""
    store = open_store(folder, prefix="rolling")
    while store.roll_up(LATER_NS):
        pass
    store.close()


def make_backup(folder: Path, tell: Tell) -> None:
    """A backup while the store is open."""
    store = open_store(folder, prefix="backing")
    back_up(folder, BackupPlace(folder / "backups"), STATION, at(1))
    store.close()


def let_go(folder: Path, tell: Tell) -> None:
    """The oldest entries go, piece by piece."""
    store = open_store(folder, prefix="pruning")
    epoch = store.position.epoch
    while store.prune(Retention(30), {epoch: store.position.seq}, days_later(100)):
        pass
    store.close()


def _old_cycles(folder: Path) -> Iterable[str]:
    """Two pieces of them, whose day the centre has; what must be there afterwards are the newest."""
    folder.mkdir()
    store = open_store(folder)
    store.commit([saying(*(cycle_of(number) for number in range(1, 2 * PIECE)))], START)
    last = store.position
    today = ReconciledDay(last.epoch, day_name(day_of(START)), last.seq, Digest(""), START, last.seq)
    store.note_reconciled([today])
    store.close()
    return [f"cycle-{number:06}" for number in range(2 * PIECE - 20, 2 * PIECE)]


def days_later(days: int) -> Instant:
    """So many days after the tests' beginning."""
    return Instant(START + days * DAY_US)


def _nothing(folder: Path) -> Iterable[str]:
    folder.mkdir()
    return ()


def _some_cycles(folder: Path) -> Iterable[str]:
    folder.mkdir()
    store = open_store(folder)
    for number in range(1, CYCLES + 1):
        store.commit([cycle_changes(number)], at(number))
    store.close()
    return [f"cycle-{number:06}" for number in range(1, CYCLES + 1)]


def _frames(folder: Path) -> Iterable[str]:
    folder.mkdir()
    store = open_store(folder)
    times = range(0, 2 * HOUR_S, 30)
    store.append_frames([Frame(n, LAYOUT, Instant(START + s * 10**6), s * 10**9, (s / 7,)) for n, s in enumerate(times, 1)])
    store.close()
    return ()


def _older(folder: Path) -> Iterable[str]:
    saved = _some_cycles(folder)
    to_first_schema(folder / "record.db")
    return saved


def _spoilt(folder: Path) -> Iterable[str]:
    """A record with a damaged page, all of whose cycles are in a backup."""
    saved = _some_cycles(folder)
    back_up(folder, BackupPlace(folder / "backups"), STATION, at(1))
    record = bytearray((folder / "record.db").read_bytes())
    middle = len(record) // 4096 // 2 * 4096
    record[middle : middle + 4096] = b"\xff" * 4096
    (folder / "record.db").write_bytes(record)
    return saved
