"""The journal: every change of a record as one entry in a hash chain without gaps.

The hash of an entry is SHA-256, in hex, over `prev_hash` and then every other column in the order of `HASHED`. Each value
is preceded by its length as eight bytes, big-endian: text is UTF-8, a number its decimal digits, the payload the bytes as
they are stored; an empty (NULL) column has the length 2**64 - 1 and no bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from station_db import straight
from station_db.records.base import Instant, kind_of, to_payload
from station_db.records.changes import Entry
from station_db.tables import JOURNAL

GENESIS = "0" * 64
"""What the first entry of the first epoch follows."""
HASHED = ("station_id", "epoch", "seq", "recorded_at", "kind", "record_id", "addressee", "version", "actor", "cause", "payload")
COLUMNS = (*HASHED, "prev_hash", "hash")
"""All columns, as an entry's fields are ordered."""
NO_VALUE = (2**64 - 1).to_bytes(8, "big")
_hashed_values, _all_values = attrgetter("prev_hash", *HASHED), attrgetter(*COLUMNS)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One row of the journal, exactly as it is stored. `kind` carries the payload's version: `cycle.1`."""

    station_id: str
    epoch: str
    seq: int
    recorded_at: Instant
    kind: str
    record_id: str
    addressee: str
    version: int
    actor: str
    cause: str | None
    payload: bytes
    prev_hash: str
    hash: str = ""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry on its way between stores, with the depth of its epoch, which orders epochs of one origin."""

    entry: JournalEntry
    epoch_no: int


@dataclass(frozen=True, slots=True)
class Position:
    """Where a journal stands: its epoch (and that epoch's depth), the last entry's number and hash.

    An epoch that has no entry yet has `seq` 0 and the head it began with.
    """

    epoch: str
    epoch_no: int
    seq: int
    head: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Who writes, and when."""

    station_id: str
    recorded_at: Instant


def entry_hash(entry: JournalEntry) -> str:
    """The hash an entry must carry."""
    return hashlib.sha256(b"".join(map(_prefixed, _hashed_values(entry)))).hexdigest()


def _prefixed(value: Any) -> bytes:
    if value is None:
        return NO_VALUE
    raw = value if isinstance(value, bytes) else str(value).encode()
    return len(raw).to_bytes(8, "big") + raw


def chain(origin: Origin, tip: Position, entries: Iterable[Entry], versions: Sequence[int]) -> Iterator[JournalEntry]:
    """The entries that follow `tip`, numbered, versioned and hashed; `versions` has one number for each."""
    seq, head = tip.seq, tip.head
    for entry, version in zip(entries, versions, strict=True):
        seq += 1
        made = _entry(origin, tip.epoch, entry, seq=seq, version=version, prev_hash=head)
        head = made.hash
        yield made


def _entry(origin: Origin, epoch: str, entry: Entry, *, seq: int, version: int, prev_hash: str) -> JournalEntry:
    bare = JournalEntry(
        station_id=origin.station_id,
        epoch=epoch,
        seq=seq,
        recorded_at=origin.recorded_at,
        kind=kind_of(entry.record).tag,
        record_id=str(entry.record.id),
        addressee=entry.addressee,
        version=version,
        actor=entry.actor,
        cause=entry.cause,
        payload=to_payload(entry.record),
        prev_hash=prev_hash,
    )
    return replace(bare, hash=entry_hash(bare))


_INSERT = insert(JOURNAL)


def append(connection: Connection, entries: Sequence[JournalEntry]) -> None:
    """Store entries as they are."""
    if entries:
        straight.execute(connection, _INSERT, [columns_of(entry) for entry in entries])


def columns_of(entry: JournalEntry) -> dict[str, Any]:
    """An entry as column values."""
    return dict(zip(COLUMNS, _all_values(entry), strict=True))


def entry_of(columns: RowMapping) -> JournalEntry:
    """A row of the journal as an entry; every driver's bytes become `bytes`, as does text that somebody put in their place."""
    return _entry_of([columns[name] for name in COLUMNS])


def _entry_of(values: Sequence[Any]) -> JournalEntry:
    *before, payload, prev_hash, own_hash = values
    given: list[Any] = [*before, payload.encode() if isinstance(payload, str) else bytes(payload), prev_hash, own_hash]
    return JournalEntry(*given)


def entries_after(
    connection: Connection, station_id: str, epoch: str, seq: int, limit: int, limit_bytes: int | None = None
) -> tuple[JournalEntry, ...]:
    """At most `limit` entries of one epoch behind `seq`, in order; with `limit_bytes` of payload, but always one."""
    wanted = (JOURNAL.c.station_id == station_id, JOURNAL.c.epoch == epoch, JOURNAL.c.seq > seq)
    found: list[JournalEntry] = []
    size = 0
    with connection.execute(select(JOURNAL).where(*wanted).order_by(JOURNAL.c.seq).limit(limit)) as rows:
        for row in rows:
            entry = _entry_of(row)
            size += len(entry.payload)
            if limit_bytes is not None and size > limit_bytes and found:
                break
            found.append(entry)
    return tuple(found)


def last_entry(connection: Connection, station_id: str, epoch: str) -> JournalEntry | None:
    """The newest entry of an epoch."""
    wanted = (JOURNAL.c.station_id == station_id, JOURNAL.c.epoch == epoch)
    newest = select(JOURNAL).where(*wanted).order_by(JOURNAL.c.seq.desc()).limit(1)
    row = connection.execute(newest).mappings().first()
    return None if row is None else entry_of(row)
