"""How far a station's epochs have arrived, which is the first behind, and whether both ends have one history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from station_db.journal import JournalEntry, entry_hash
from station_db.reader import EpochTip
from station_db.sync.errors import BrokenChainError, ForkError, UnknownStationError
from station_db.tables import JOURNAL, STATION, WATERMARK


@dataclass(frozen=True, slots=True)
class Mark:
    """How far one epoch has arrived."""

    epoch: str
    epoch_no: int
    last_seq: int
    head: str


def marks_of(connection: Connection, url: str, station_id: str) -> dict[str, Mark]:
    """The watermark of each epoch. Raises `UnknownStationError`."""
    if connection.scalar(select(STATION.c.station_id).where(STATION.c.station_id == station_id)) is None:
        raise UnknownStationError(url, f"it does not know a station {station_id!r}")
    rows = connection.execute(select(WATERMARK).where(WATERMARK.c.station_id == station_id))
    return {row.epoch: Mark(row.epoch, row.epoch_no, row.last_seq, row.head) for row in rows}


def first_behind(
    connection: Connection, url: str, station_id: str, tips: Sequence[EpochTip], known: Mapping[str, Mark]
) -> tuple[EpochTip, Mark] | None:
    """The first epoch that is not fully up. The ones before it were found to be the same here and there."""
    for tip in tips:
        position = tip.position
        mark = known.get(position.epoch)
        if mark is None:
            _check_no_twin(url, position.epoch, position.epoch_no, known)
            mark = Mark(position.epoch, position.epoch_no, 0, tip.began_with)
        if mark.last_seq < position.seq:
            return tip, mark
        is_present = tip is tips[-1]
        _check_same(connection, url, station_id, tip, mark, is_present=is_present)
    return None


def _check_no_twin(url: str, epoch: str, epoch_no: int, known: Mapping[str, Mark]) -> None:
    """Two epochs that follow the same parent are a fork."""
    for mark in known.values():
        if mark.epoch_no >= epoch_no:
            reason = f"it has another epoch {mark.epoch} beside this station's {epoch}"
            raise ForkError(url, reason, epoch=epoch, seq=0)


def _check_same(connection: Connection, url: str, station_id: str, tip: EpochTip, mark: Mark, *, is_present: bool) -> None:
    """The centre may have more of an earlier epoch than a restored store, but what both have must be one history."""
    position = tip.position
    head = mark.head
    if mark.last_seq > position.seq:
        wanted = (JOURNAL.c.station_id == station_id, JOURNAL.c.epoch == position.epoch, JOURNAL.c.seq == position.seq)
        head = connection.scalar(select(JOURNAL.c.hash).where(*wanted)) if position.seq else tip.began_with
    if head != position.head or (is_present and mark.last_seq > position.seq):
        reason = f"it has another entry {position.seq} in epoch {position.epoch}, or entries this station never made"
        raise ForkError(url, reason, epoch=position.epoch, seq=position.seq)


def check_chain(url: str, mark: Mark, entries: Sequence[JournalEntry]) -> None:
    """Nothing leaves that does not follow from what the centre has. Raises `ForkError` or `BrokenChainError`."""
    seq, head = mark.last_seq, mark.head
    if entries and entries[0].prev_hash != head and entry_hash(entries[0]) == entries[0].hash:
        reason = f"its entry {seq} of epoch {mark.epoch} is not this station's"
        raise ForkError(url, reason, epoch=mark.epoch, seq=seq)
    for entry in entries:
        if (entry.seq, entry.prev_hash) != (seq + 1, head) or entry_hash(entry) != entry.hash:
            reason = f"entry {entry.seq} of epoch {mark.epoch} does not follow the one before it; it was not sent"
            raise BrokenChainError(url, reason, epoch=mark.epoch, seq=entry.seq)
        seq, head = entry.seq, entry.hash
