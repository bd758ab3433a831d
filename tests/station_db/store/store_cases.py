"""What the store's tests write: ids in order, cycles with curve and counter, entries of the centre."""

from __future__ import annotations

import itertools
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from station_db import journal
from station_db.connecting import RECORD_FILE, SIGNALS_FILE
from station_db.journal import GENESIS, FeedEntry, Origin, Position
from station_db.marker import MARKER_FILE
from station_db.opening import create
from station_db.records.base import CENTRE, Instant, RecordId, Verdict
from station_db.records.changes import Changes, Entry
from station_db.records.local import CounterPosition, Curve
from station_db.records.people import Person, PersonRole
from station_db.records.production import Cycle, Result
from station_db.signal_file import open_signals
from station_db.signals import curve_digest
from station_db.store import Store

STATION = "ST-040"
MACHINE_ID = "the panel"
SECOND = 1_000_000
START = Instant(1_790_000_000 * SECOND)


def counting_ids(prefix: str = "id") -> Callable[[], RecordId]:
    """Ids that say their order."""
    numbers = itertools.count(1)
    return lambda: RecordId(f"{prefix}-{next(numbers):06}")


@cache
def _fresh_files() -> dict[str, bytes]:
    """Both files as a first start leaves them before its first epoch: making them anew for each test would take its time."""
    with tempfile.TemporaryDirectory() as made:
        create(Path(made) / RECORD_FILE)
        open_signals(Path(made), is_new_store=True, at=START).close()
        return {name: (Path(made) / name).read_bytes() for name in (RECORD_FILE, SIGNALS_FILE)}


def open_store(
    folder: Path, *, prefix: str = "epoch", machine: str = MACHINE_ID, station: str = STATION, **options: Any
) -> Store:
    """The store as the engine opens it; in an empty folder a new one."""
    if folder.is_dir() and not (folder / RECORD_FILE).exists() and not (folder / MARKER_FILE).exists():
        for name, content in _fresh_files().items():
            (folder / name).write_bytes(content)
    return Store.open(folder, station, at=START, app_version="1.0", new_id=counting_ids(prefix), machine=machine, **options)


def back_up(folder: Path, target: Path) -> None:
    """Copy the record of an open store with SQLite's own backup."""
    with closing(sqlite3.connect(folder / RECORD_FILE)) as record, closing(sqlite3.connect(target)) as copied:
        record.backup(copied)
        copied.execute("PRAGMA journal_mode=DELETE").fetchall()


def at(second: int) -> Instant:
    """So many seconds after the tests' beginning."""
    return Instant(START + second * SECOND)


def curve_of(number: int) -> Curve:
    """A curve that belongs to one cycle."""
    names, units, data = ("position", "force"), ("mm", "kN"), number.to_bytes(4, "little") * 2 * 50
    digest = curve_digest(names, units, 50, data)
    return Curve(digest, "press", RecordId(f"cycle-{number:06}"), names, units, 50, data)


def cycle_of(number: int, **fields: Any) -> Cycle:
    """A good cycle of the press, one a second."""
    given: dict[str, Any] = {
        "id": RecordId(f"cycle-{number:06}"),
        "machine": "press",
        "number": number,
        "ended_at": at(number),
        "verdict": Verdict.GOOD,
        "results": (Result("end_force", 12.5, "kN"),),
    }
    return Cycle(**(given | fields))


def cycle_changes(number: int) -> Changes:
    """All of what a cycle changes at once: record, counter, curve."""
    curve = curve_of(number)
    cycle = cycle_of(number, curve_digest=curve.digest)
    position = CounterPosition("press", "cycle", number, 1, at(number))
    return Changes((Entry(cycle, "machine:press"),), positions=(position,), curves=(curve,))


def saying(*records: Any, actor: str = "P-1", cause: str | None = None) -> Changes:
    """Records said by somebody."""
    return Changes(tuple(Entry(record, actor, cause) for record in records))


def person(number: int, name: str = "Ann") -> Person:
    """Somebody who works here."""
    return Person(id=RecordId(f"P-{number}"), name=name, initials="A", badge=f"B{number}", role=PersonRole.OPERATOR)


def feed_of(
    records: Sequence[Any], after: Position | None = None, *, addressee: str = "", epoch: str = "c1"
) -> tuple[FeedEntry, ...]:
    """Entries as the centre would send them."""
    tip = after or Position(epoch, 1, 0, GENESIS)
    entries = [Entry(record, "planner", addressee=addressee) for record in records]
    made = journal.chain(Origin(CENTRE, START), tip, entries, [1] * len(entries))
    return tuple(FeedEntry(entry, tip.epoch_no) for entry in made)


def end_of(feed: Sequence[FeedEntry]) -> Position:
    """Where the centre stands after a feed."""
    last = feed[-1]
    return Position(last.entry.epoch, last.epoch_no, last.entry.seq, last.entry.hash)
