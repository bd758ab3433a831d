"""Row 4: one cycle's record committed, ours beside SQLAlchemy's ORM.

Ours is `Store.commit` of one cycle with its counter's position: the journal entry with its hash, the typed row, the position and
the marker, `synchronous=FULL`. The baseline is the same cycle as one mapped object added to a session and committed, in a
SQLite file with the same settings; it keeps no history, proves nothing and writes no position. The sides take turns, so that a
busy machine slows both alike.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from sqlalchemy import create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session

from benchmarks.table import Row
from station_db.connecting import WRITER_PRAGMAS
from station_db.records.base import Instant, RecordId, Verdict, kind_of
from station_db.records.changes import Changes, Entry
from station_db.records.local import CounterPosition
from station_db.records.production import Cycle, Result
from station_db.rows import row_of
from station_db.store import Store
from station_db.tables import TYPED

START = 1_790_000_000_000_000
ROUNDS, COMMITS = 10, 400
GOAL_A_SECOND, GOAL_P99_MS = 2000, 5.0


class Base(DeclarativeBase):
    """What the baseline maps its one class with."""


class MappedCycle(Base):
    """The typed table of cycles as the ORM knows it."""

    __table__ = TYPED["cycle"]


def run() -> list[Row]:
    """Measure ours and the baseline in turns."""
    with tempfile.TemporaryDirectory() as folder:
        store = _store(Path(folder) / "ours")
        numbers = itertools.count(1)
        with _session(Path(folder) / "baseline.db") as session:
            ours, baseline = _in_turns(lambda: _commit(store, next(numbers)), lambda: _add(session, next(numbers)))
        store.close()
    return _rows(ours, baseline)


def _rows(ours: list[float], baseline: list[float]) -> list[Row]:
    mine, theirs = (1000 / (sum(times) / len(times)) for times in (ours, baseline))
    p99, p99_baseline = (quantiles(times, n=100)[98] for times in (ours, baseline))
    p50, p50_baseline = median(ours), median(baseline)
    name = "one cycle's record committed, durable"
    return [
        Row(
            4,
            name,
            f"{mine:.0f}/s",
            f"{theirs:.0f}/s",
            f"{mine / theirs:.1f}x",
            f">= {GOAL_A_SECOND}/s",
            met=mine >= GOAL_A_SECOND,
        ),
        Row(4, f"{name}: p50", f"{p50:.2f} ms", f"{p50_baseline:.2f} ms", f"{p50_baseline / p50:.1f}x", "-", met=None),
        Row(
            4,
            f"{name}: p99",
            f"{p99:.2f} ms",
            f"{p99_baseline:.2f} ms",
            f"{p99_baseline / p99:.1f}x",
            f"<= {GOAL_P99_MS:.0f} ms",
            met=p99 <= GOAL_P99_MS,
        ),
    ]


def _in_turns(*sides: Callable[[], None]) -> list[list[float]]:
    times: list[list[float]] = [[] for _ in sides]
    for side in sides:
        side()
    for _ in range(ROUNDS):
        for taken, side in zip(times, sides, strict=True):
            taken += [_timed(side) for _ in range(COMMITS)]
    return times


def _store(folder: Path) -> Store:
    ids = (RecordId(f"epoch-{number}") for number in itertools.count(1))
    return Store.open(folder, "ST-1", at=Instant(START), app_version="bench", new_id=lambda: next(ids))


def _commit(store: Store, number: int) -> None:
    at = Instant(START + number)
    position = CounterPosition("press", "cycle", number, 1, at)
    store.commit([Changes((Entry(_cycle(number), "machine:press"),), positions=(position,))], at)


def _session(path: Path) -> Session:
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _apply_pragmas)
    TYPED["cycle"].create(engine)
    return Session(engine)


def _apply_pragmas(driver: object, _record: object) -> None:
    for pragma in WRITER_PRAGMAS:
        driver.execute(f"PRAGMA {pragma}").fetchall()  # type: ignore[attr-defined]


def _add(session: Session, number: int) -> None:
    cycle = _cycle(number)
    row = row_of(kind_of(cycle), cycle)
    session.add(MappedCycle(station_id="ST-1", row_version=1, row_epoch_no=1, row_seq=number, **row))
    session.commit()


def _cycle(number: int) -> Cycle:
    return Cycle(
        id=RecordId(f"cycle-{number:08}"),
        machine="press",
        number=number,
        boot=1,
        started_at=Instant(START + number - 4_200_000),
        ended_at=Instant(START + number),
        duration_ms=4200,
        verdict=Verdict.GOOD,
        results=(Result("end_force", 12.5, "kN"), Result("end_position", 40.02, "mm")),
    )


def _timed(work: Callable[[], None]) -> float:
    started = perf_counter()
    work()
    return (perf_counter() - started) * 1000
