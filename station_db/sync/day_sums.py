"""Count and digest of a journal's entries by day, a span of numbers at a time: on a station's store, and by the centre itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select, text

from station_db.records.base import Instant
from station_db.tables import JOURNAL

DAY_US = 86_400_000_000
SPAN = 50_000
"""So many entries a centre sums up within a fraction of a second."""
BY_SERVER = text(
    "SELECT recorded_at / 86400000000 AS day, count(*) AS entries,"
    " encode(sha256(convert_to(string_agg(hash, '' ORDER BY seq), 'UTF8')), 'hex') AS digest"
    " FROM journal WHERE station_id = :station AND epoch = :epoch AND seq > :behind AND seq <= :up_to GROUP BY 1"
)

Sums = Mapping[str, tuple[int, str]]
"""Count and digest by day."""


@dataclass(frozen=True, slots=True)
class Span:
    """Entries of an epoch behind one number, up to another."""

    epoch: str
    behind: int
    up_to: int


@dataclass(slots=True)
class DaySum:
    """A day's entries as they go by."""

    entries: int = 0
    sha: Any = field(default_factory=hashlib.sha256)
    last_seq: int = 0

    def add(self, seq: int, entry_hash: str) -> None:
        """The next one in order."""
        self.entries += 1
        self.last_seq = seq
        self.sha.update(entry_hash.encode())

    def told(self) -> tuple[int, str]:
        """How many, and their digest."""
        return self.entries, self.sha.hexdigest()


def day_of(at: Instant) -> int:
    """The UTC day, as days since 1970."""
    return at // DAY_US


def day_name(day: int) -> str:
    """`2026-11-21`."""
    return datetime.fromtimestamp(day * DAY_US / 1_000_000, UTC).date().isoformat()


def spans(epoch: str, behind: int, up_to: int) -> Iterator[Span]:
    """Cut a range of numbers into spans."""
    for start in range(behind, up_to, SPAN):
        yield Span(epoch, start, min(start + SPAN, up_to))


def here(connection: Connection, station_id: str, span: Span, totals: dict[str, DaySum]) -> Sums:
    """A span's sums at a store; what it adds to each day goes into `totals` too."""
    sums: dict[str, DaySum] = {}
    for seq, recorded_at, entry_hash in _rows(connection, station_id, span):
        name = day_name(day_of(recorded_at))
        sums.setdefault(name, DaySum()).add(seq, entry_hash)
        totals.setdefault(name, DaySum()).add(seq, entry_hash)
    return {name: total.told() for name, total in sums.items()}


def there(connection: Connection, station_id: str, span: Span, ours: Sums) -> Sums:
    """The same at a centre; PostgreSQL sums up by itself. Where `ours` has nothing any more, nothing is asked."""
    if not ours:
        return {}
    if connection.dialect.name != "postgresql":
        return here(connection, station_id, span, {})
    asked = {"station": station_id, "epoch": span.epoch, "behind": span.behind, "up_to": span.up_to}
    return {day_name(row.day): (row.entries, row.digest) for row in connection.execute(BY_SERVER, asked)}


def hashes(connection: Connection, station_id: str, span: Span) -> list[tuple[int, str]]:
    """Number and hash of each entry of a span, in order."""
    found = connection.execute(select(JOURNAL.c.seq, JOURNAL.c.hash).where(*_within(station_id, span)).order_by(JOURNAL.c.seq))
    return [(row.seq, row.hash) for row in found]


def _rows(connection: Connection, station_id: str, span: Span) -> Iterable[tuple[int, Instant, str]]:
    asked = select(JOURNAL.c.seq, JOURNAL.c.recorded_at, JOURNAL.c.hash).where(*_within(station_id, span)).order_by(JOURNAL.c.seq)
    return ((row[0], Instant(row[1]), row[2]) for row in connection.execute(asked))


def _within(station_id: str, span: Span) -> tuple[Any, ...]:
    of_epoch = (JOURNAL.c.station_id == station_id, JOURNAL.c.epoch == span.epoch)
    return (*of_epoch, JOURNAL.c.seq > span.behind, JOURNAL.c.seq <= span.up_to)
