"""The samples of every tag as CSV files, read an hour at a time, so that months need no more memory than a day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from station_db import signal_queries
from station_db.blocks import HEAD
from station_db.export_files import Sheet, Shelf
from station_db.queries import Span
from station_db.records.base import Instant
from station_db.signal_queries import Stretch, Unrolled
from station_db.signal_store import BLOCK, FRAME, layouts_of_frames

HOUR_US = 3_600_000_000
COLUMNS = ("at", "value", "quality")
ODD = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine of which samples are kept, its tags, and the time of the first and the last of them."""

    id: str
    tags: tuple[str, ...]
    span: Span


def export_signals(connection: Connection, station_id: str, shelf: Shelf, wanted: Span, *, at_station: bool) -> int:
    """Write what is kept of a time; how many samples. At a station also what is no block yet."""
    return sum(
        _machine(connection, station_id, shelf, machine, signal_queries.frames_in if at_station else None)
        for machine in _machines(connection, station_id, wanted, at_station=at_station)
    )


def _machine(connection: Connection, station_id: str, shelf: Shelf, machine: Machine, unrolled: Unrolled | None) -> int:
    count = 0
    with ExitStack() as held:
        sheets = {tag: held.enter_context(shelf.sheet(_name(machine.id, tag))) for tag in machine.tags}
        for sheet in sheets.values():
            sheet.head(COLUMNS)
        for hour in _hours(machine.span):
            found = signal_queries.samples(connection, station_id, machine.id, machine.tags, hour, unrolled=unrolled)
            for stretch in found.stretches:
                count += _write(sheets[stretch.tag], stretch)
    return count


def _write(sheet: Sheet, stretch: Stretch) -> int:
    rows = zip(stretch.at.tolist(), stretch.values.tolist(), stretch.quality.tolist(), strict=True)
    sheet.rows([(str(at), repr(value), str(quality)) for at, value, quality in rows])
    return len(stretch.at)


def _name(machine: str, tag: str) -> str:
    """A file's name for a tag of any name."""
    return f"signals/{_plain(machine)}/{_plain(tag)}.csv"


def _plain(name: str) -> str:
    return ODD.sub(lambda odd: f"%{ord(odd.group()):x}%", name)


def _hours(span: Span) -> Iterator[Span]:
    start = span.start
    while start < span.end:
        yield Span(start, Instant(min(start + HOUR_US, span.end)))
        start = Instant(start + HOUR_US)


def _machines(connection: Connection, station_id: str, wanted: Span, *, at_station: bool) -> Iterator[Machine]:
    tags: dict[str, set[str]] = {}
    first, last = func.min(BLOCK.c.from_at), func.max(BLOCK.c.to_at)
    mine = (BLOCK.c.station_id == station_id, BLOCK.c.data.is_not(None))
    query = select(BLOCK.c.machine, BLOCK.c.tag).where(*mine, BLOCK.c.tag != HEAD).distinct()
    for machine, tag in connection.execute(query):
        tags.setdefault(machine, set()).add(tag)
    begin, end = connection.execute(select(first, last).where(*mine)).one()
    if at_station:
        for _key, layout in layouts_of_frames(connection):
            tags.setdefault(layout.machine, set()).update(layout.tags)
        begin, end = _widened(connection, begin, end)
    if begin is not None and end is not None:
        span = Span(Instant(max(begin, wanted.start)), Instant(min(end + 1, wanted.end)))
        yield from (Machine(machine, tuple(sorted(names)), span) for machine, names in sorted(tags.items()))


def _widened(connection: Connection, begin: int | None, end: int | None) -> tuple[int | None, int | None]:
    """With the scans that are no block yet."""
    first, last = connection.execute(select(func.min(FRAME.c.at), func.max(FRAME.c.at))).one()
    times = [at for at in (begin, first) if at is not None], [at for at in (end, last) if at is not None]
    return min(times[0], default=None), max(times[1], default=None)
