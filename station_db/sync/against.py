"""Proving that a station and its centre hold the same: every entry by number and hash, both ways, and the centre's own order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from station_db.anchors import anchors_of
from station_db.column_check import misfits
from station_db.connecting import RECORD_FILE
from station_db.errors import CorruptStoreError
from station_db.feed import snapshot_place
from station_db.journal_check import Problem, check_journal, epochs_of
from station_db.reader import Reader
from station_db.records.base import CENTRE
from station_db.sync.centre import Centre
from station_db.sync.founding import FIRST_EPOCH_NO
from station_db.sync.snapshot import left_out, records_up_to
from station_db.tables import JOURNAL, WATERMARK
from station_db.verify import verify_origin

PAGE = 5000
LISTED = 100
"""So many places of each kind are named; all are counted."""
PROOF_S = 600.0


@dataclass(frozen=True, slots=True)
class Place:
    """One entry."""

    epoch: str
    seq: int


@dataclass(slots=True)
class Compared:
    """One origin's entries here and there. `missing` are not where they should have arrived, `extra` only there."""

    checked: int = 0
    missing: int = 0
    extra: int = 0
    differing: int = 0
    missing_at: list[Place] = field(default_factory=list[Place])
    extra_at: list[Place] = field(default_factory=list[Place])
    differing_at: list[Place] = field(default_factory=list[Place])

    @property
    def is_equal(self) -> bool:
        """Whether both hold exactly the same."""
        return not (self.missing or self.extra or self.differing)


@dataclass(frozen=True, slots=True)
class CentreReport:
    """What was compared and found: `up` the station's entries, `down` the centre's, `problems` within the centre."""

    station_id: str
    url: str
    up: Compared
    down: Compared
    is_centre_whole: bool
    """Whether we might read all of the centre's own chain; a station may read only what is for it."""
    problems: tuple[Problem, ...]

    @property
    def is_equal(self) -> bool:
        """Whether nothing was found."""
        return self.up.is_equal and self.down.is_equal and not self.problems

    def __str__(self) -> str:
        return f"{self.up.missing} missing of {self.up.checked:,}, {self.up.extra} extra, {self.up.differing} different"


Hashes = Callable[[str, int, int], Mapping[int, str]]
"""The hashes of an epoch's entries by number, from one number to before another."""


def verify_against(folder: Path, url: str, password: str = "", *, role: str | None = None) -> CentreReport:
    """Compare a store with its centre. Raises `StoreError` or `CentreError` where one of them cannot be read."""
    reader = Reader(folder)
    for origin in (reader.station_id, CENTRE):
        _check_readable(reader, folder / RECORD_FILE, origin)
    centre = Centre.connect(url, password, role=role, step_s=PROOF_S)
    try:
        centre.require_same_release()
        with centre.reading() as connection:
            return _compare(reader, centre, connection)
    finally:
        centre.close()


def _check_readable(reader: Reader, path: Path, origin: str) -> None:
    found = reader.ask(lambda connection, _station_id: misfits(connection, origin))
    if found:
        raise CorruptStoreError(path, f"{found[0].where}: {found[0].detail}")


def _compare(reader: Reader, centre: Centre, connection: Connection) -> CentreReport:
    station_id = reader.station_id
    is_whole = not (centre.is_postgresql and connection.scalar(text("SELECT lineside_self()")))
    up, down = Compared(), Compared()
    let_go = {tip.position.epoch: tip.let_go for tip in reader.epochs()}
    for epoch in sorted(reader.ask(_epochs, 0) | _epochs(connection, station_id, 0)):
        numbers = range(let_go.get(epoch, 0), _end(reader, connection, station_id, epoch))
        _compare_epoch(epoch, numbers, _held(reader), _there(connection, station_id, station_id), up)
    wanted = _wanted_here(reader, connection)
    for epoch in sorted(_epochs_of_centre(reader) | _epochs(connection, CENTRE, FIRST_EPOCH_NO)):
        numbers = range(_end(reader, connection, CENTRE, epoch))
        _compare_epoch(epoch, numbers, wanted, _here(reader, CENTRE), down)
    problems = (*_own(connection, station_id), *_watermarks(connection, station_id), *_chain(connection, is_whole=is_whole))
    return CentreReport(station_id, centre.url, up, down, is_whole, problems)


def _compare_epoch(epoch: str, numbers: range, source: Hashes, target: Hashes, found: Compared) -> None:
    """All of these numbers: thousands in a row may be for other stations, or were let go here, which is no loss."""
    for start in range(numbers.start, numbers.stop, PAGE):
        ours, theirs = source(epoch, start, start + PAGE), target(epoch, start, start + PAGE)
        found.checked += len(ours)
        missing, extra = sorted(ours.keys() - theirs.keys()), sorted(theirs.keys() - ours.keys())
        differing = [seq for seq in sorted(ours.keys() & theirs.keys()) if ours[seq] != theirs[seq]]
        found.missing, found.extra = found.missing + len(missing), found.extra + len(extra)
        found.differing += len(differing)
        for places, seqs in ((found.missing_at, missing), (found.extra_at, extra), (found.differing_at, differing)):
            places.extend(Place(epoch, seq) for seq in seqs[: LISTED - len(places)])


def _end(reader: Reader, connection: Connection, origin: str, epoch: str) -> int:
    """Behind the last number of an epoch at either end."""
    newest = select(func.max(JOURNAL.c.seq)).where(JOURNAL.c.station_id == origin, JOURNAL.c.epoch == epoch)
    here = reader.ask(lambda local, _station_id: local.scalar(newest))
    return max(here or 0, connection.scalar(newest) or 0) + 1


def _hashes(connection: Connection, origin: str, reader_id: str, epoch: str, start: int, end: int) -> dict[int, str]:
    """Of the centre's entries, those for one station."""
    wanted = [JOURNAL.c.station_id == origin, JOURNAL.c.epoch == epoch, JOURNAL.c.seq >= start, JOURNAL.c.seq < end]
    if origin == CENTRE:
        wanted.append(JOURNAL.c.addressee.in_(("", reader_id)))
    return {row.seq: row.hash for row in connection.execute(select(JOURNAL.c.seq, JOURNAL.c.hash).where(*wanted))}


def _there(connection: Connection, origin: str, station_id: str) -> Hashes:
    return lambda epoch, start, end: _hashes(connection, origin, station_id, epoch, start, end)


def _wanted_here(reader: Reader, connection: Connection) -> Hashes:
    """What the centre has for the station, without what a snapshot left out."""
    there, here = _there(connection, CENTRE, reader.station_id), _here(reader, CENTRE)
    place = reader.ask(snapshot_place)
    if place is None:
        return there
    spared = left_out(connection, reader.station_id, place, reader.ask(records_up_to, place))

    def hashes(epoch: str, start: int, end: int) -> Mapping[int, str]:
        known = here(epoch, start, end)
        return {seq: hash_ for seq, hash_ in there(epoch, start, end).items() if seq in known or (epoch, seq) not in spared}

    return hashes


def _held(reader: Reader) -> Hashes:
    """The station's own entries, and of those it let go the last one's hash, which its chain goes through."""
    here, anchors = _here(reader, reader.station_id), reader.ask(anchors_of)

    def hashes(epoch: str, start: int, end: int) -> Mapping[int, str]:
        anchor = anchors.get(epoch)
        is_asked = anchor is not None and start <= anchor.seq < end
        return {**({anchor.seq: anchor.head} if anchor and is_asked else {}), **here(epoch, start, end)}

    return hashes


def _here(reader: Reader, origin: str) -> Hashes:
    def hashes(epoch: str, start: int, end: int) -> Mapping[int, str]:
        return reader.ask(lambda connection, station_id: _hashes(connection, origin, station_id, epoch, start, end))

    return hashes


def _epochs(connection: Connection, station_id: str, from_no: int) -> set[str]:
    return {epoch.id for epoch in epochs_of(connection, station_id) if epoch.number >= from_no}


def _epochs_of_centre(reader: Reader) -> set[str]:
    """Without the one a station loaded by itself before it had a centre."""
    return reader.ask(lambda connection, _station_id: _epochs(connection, CENTRE, FIRST_EPOCH_NO))


def _own(connection: Connection, station_id: str) -> tuple[Problem, ...]:
    """The station's chain and rows as the centre holds them."""
    return tuple(verify_origin(connection, station_id, is_whole=True).problems)


def _chain(connection: Connection, *, is_whole: bool) -> tuple[Problem, ...]:
    """The centre's own chain and rows, or the hashes of what a station may see of it."""
    if is_whole:
        return tuple(verify_origin(connection, CENTRE, is_whole=True).problems)
    return tuple(check_journal(connection, CENTRE, is_whole=False).problems)


def _watermarks(connection: Connection, station_id: str) -> list[Problem]:
    """A watermark must name the last entry that is there."""
    newest = select(func.max(JOURNAL.c.seq)).where(JOURNAL.c.station_id == station_id, JOURNAL.c.epoch == WATERMARK.c.epoch)
    asked = select(WATERMARK.c.epoch, WATERMARK.c.last_seq, newest.scalar_subquery().label("newest"))
    rows = connection.execute(asked.where(WATERMARK.c.station_id == station_id))
    return [
        Problem("watermark", f"{station_id} {row.epoch}", f"it says {row.last_seq}, the journal ends at {row.newest or 0}")
        for row in rows
        if row.last_seq != (row.newest or 0)
    ]
