"""Proving a store: the chain of its journal, its numbers, and that every table says what the journal says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from station_db import signal_store
from station_db.connecting import RECORD_FILE, SIGNALS_FILE
from station_db.journal_check import Findings, Problem, check_journal
from station_db.marker import Marker, read_marker
from station_db.reader import Reader
from station_db.records.base import CENTRE
from station_db.records.local import Curve
from station_db.row_check import check_rows
from station_db.signals import curve_digest
from station_db.tables import JOURNAL, TYPED


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What was read and what was found. A curve that is elsewhere is no problem: it was let go or never here."""

    station_id: str
    epochs: int
    entries: int
    entries_of_centre: int
    records: int
    set_aside: int
    curves_here: int
    curves_elsewhere: int
    problems: tuple[Problem, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def verify_store(folder: Path) -> StoreReport:
    """Read a whole store. Raises `StoreError` where there is none or it cannot be read."""
    reader = Reader(folder)
    marker = read_marker(folder)
    broken = reader.ask(_broken_pages)
    own, centre = reader.ask(_both_origins)
    cut = reader.ask(_cut_short, marker)
    wanted = reader.ask(_digests_named)
    here, damaged = reader.ask_signals(_curves) if (folder / SIGNALS_FILE).exists() else (frozenset[str](), ())
    return StoreReport(
        station_id=reader.station_id,
        epochs=own.epochs,
        entries=own.entries,
        entries_of_centre=centre.entries,
        records=len(own.latest) + len(centre.latest),
        set_aside=own.set_aside + centre.set_aside,
        curves_here=len(wanted & here),
        curves_elsewhere=len(wanted - here),
        problems=(*broken, *own.problems, *centre.problems, *cut, *damaged),
    )


def verify_origin(connection: Connection, station_id: str, *, is_whole: bool) -> Findings:
    """Check one origin's journal and rows, on a station's store or at the centre."""
    findings = check_journal(connection, station_id, is_whole=is_whole)
    if findings.is_readable:
        check_rows(connection, station_id, findings)
    return findings


def _broken_pages(connection: Connection, _station_id: str) -> tuple[Problem, ...]:
    """What SQLite itself finds wrong with the file, also where no row is read: in an index, in a table without rows."""
    found = connection.exec_driver_sql("PRAGMA quick_check(20)").scalars()
    return tuple(Problem("broken_file", RECORD_FILE, str(each)) for each in found if each != "ok")


def _both_origins(connection: Connection, station_id: str) -> tuple[Findings, Findings]:
    own = verify_origin(connection, station_id, is_whole=True)
    return own, verify_origin(connection, CENTRE, is_whole=False)


def _cut_short(connection: Connection, station_id: str, marker: Marker | None) -> tuple[Problem, ...]:
    """Entries the marker knows of and the journal has no more."""
    if marker is None:
        return ()
    wanted = (JOURNAL.c.station_id == station_id, JOURNAL.c.epoch == marker.epoch, JOURNAL.c.seq == marker.seq)
    if connection.scalar(select(JOURNAL.c.hash).where(*wanted)) == marker.head:
        return ()
    place = f"{station_id} {marker.epoch} {marker.seq}"
    return (Problem("cut_short", place, "the journal had come this far and this entry is not in it"),)


def _digests_named(connection: Connection, station_id: str) -> frozenset[str]:
    cycle = TYPED["cycle"].c
    wanted = (cycle.station_id == station_id, cycle.curve_digest.is_not(None))
    return frozenset(connection.scalars(select(cycle.curve_digest).where(*wanted)))


def _curves(connection: Connection) -> tuple[frozenset[str], tuple[Problem, ...]]:
    """The curves that are here, and those whose samples are not what their digest says; or that the file can't be read."""
    try:
        is_intact = {curve.digest: _is_intact(curve) for curve in signal_store.every_curve(connection)}
    except (DBAPIError, TypeError, ValueError, AttributeError) as error:
        return frozenset(), (Problem("signals_damaged", SIGNALS_FILE, str(getattr(error, "orig", None) or error)),)
    damaged = sorted(digest for digest, intact in is_intact.items() if not intact)
    detail = "its samples are not those that were recorded"
    return frozenset(is_intact), tuple(Problem("curve_damaged", digest, detail) for digest in damaged)


def _is_intact(curve: Curve) -> bool:
    return curve_digest(curve.names, curve.units, curve.count, curve.data) == curve.digest
