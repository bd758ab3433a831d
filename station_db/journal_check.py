"""Reading a journal from its first entry to its last and noting everything that is not as it was written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, func, select

from station_db import journal
from station_db.anchors import Anchor, anchors_of, begins_at
from station_db.column_check import misfits
from station_db.errors import ProjectionError
from station_db.journal import GENESIS, JournalEntry
from station_db.projection import projected
from station_db.redacted import Hashes, Place, is_sound, redactions_of
from station_db.tables import JOURNAL, SET_ASIDE, TYPED

PAGE = 1000
UNKNOWN_EPOCH_NO = 0


COMPARED = {kind: tuple(column.name for column in table.c if column.name != "row_epoch_no") for kind, table in TYPED.items()}
"""The columns of each kind; the epoch's depth is left out, as not every journal knows it."""
_VALUES = {kind: itemgetter(*names) for kind, names in COMPARED.items()}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it must be: `code` for programs, `where` and `detail` for people."""

    code: str
    where: str
    detail: str


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest entry of a record, and the fingerprint of the row it must have made."""

    epoch: str
    version: int
    row: bytes


@dataclass(slots=True)
class Findings:
    """What a reading of one origin's journal gave; nothing was read of one that is not `is_readable`."""

    entries: int = 0
    epochs: int = 0
    set_aside: int = 0
    is_readable: bool = True
    latest: dict[tuple[str, str], Latest] = field(default_factory=dict[tuple[str, str], Latest])
    unreadable: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    problems: list[Problem] = field(default_factory=list[Problem])


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch as its first entry declares it; number 0 where that entry is not here."""

    id: str
    number: int
    begins_with: str
    parent: str | None
    parent_seq: int


@dataclass(frozen=True, slots=True)
class _Said:
    """What the record itself says of its journal: entries set aside, where epochs begin after pruning, what was redacted."""

    aside: set[tuple[str, int]]
    anchors: Mapping[str, Anchor]
    redacted: Mapping[Place, Hashes]


def check_journal(connection: Connection, station_id: str, *, is_whole: bool) -> Findings:
    """Check every entry of an origin. Not `is_whole`, as the centre's at a station, numbers may be left out, but must rise."""
    findings = Findings()
    findings.problems += [Problem("misfit", found.where, found.detail) for found in misfits(connection, station_id)]
    if findings.problems:
        findings.is_readable = False
        return findings
    said = _Said(_set_aside(connection, station_id), anchors_of(connection, station_id), redactions_of(connection, station_id))
    findings.set_aside = len(said.aside)
    for epoch in epochs_of(connection, station_id):
        findings.epochs += 1
        _check_epoch(connection, station_id, epoch, findings, is_whole=is_whole, said=said)
        if is_whole:
            _check_parent(connection, station_id, epoch, findings, said)
    return findings


def epochs_of(connection: Connection, station_id: str) -> tuple[Epoch, ...]:
    """Every epoch the journal has, in order of depth, then of time."""
    table = TYPED["epoch"].c
    rows = connection.execute(select(TYPED["epoch"]).where(table.station_id == station_id)).mappings()
    known = {
        row["id"]: Epoch(row["id"], row["epoch_no"], row["parent_head"] or GENESIS, row["parent"], row["parent_seq"])
        for row in rows
    }
    began = select(JOURNAL.c.epoch, func.min(JOURNAL.c.recorded_at)).where(JOURNAL.c.station_id == station_id)
    times: dict[str, int] = {epoch: at for epoch, at in connection.execute(began.group_by(JOURNAL.c.epoch))}
    epochs = [known.get(each, Epoch(each, UNKNOWN_EPOCH_NO, GENESIS, None, 0)) for each in times]
    return tuple(sorted(epochs, key=lambda epoch: (epoch.number, times[epoch.id])))


def _check_epoch(
    connection: Connection, station_id: str, epoch: Epoch, findings: Findings, *, is_whole: bool, said: _Said
) -> None:
    before: Anchor | None = None
    for entry in _entries(connection, station_id, epoch.id):
        findings.entries += 1
        _check_hash(entry, findings, said)
        if is_whole:
            _check_link(entry, before or begins_at(said.anchors.get(epoch.id), entry.seq, epoch.begins_with), findings)
            _check_version(entry, findings, is_pruned=bool(said.anchors))
        before = Anchor(entry.seq, entry.hash)
        _remember(entry, epoch, findings, is_aside=(epoch.id, entry.seq) in said.aside)


def _entries(connection: Connection, station_id: str, epoch: str) -> Iterator[JournalEntry]:
    seq = -1
    while page := journal.entries_after(connection, station_id, epoch, seq, PAGE):
        yield from page
        seq = page[-1].seq


def _check_hash(entry: JournalEntry, findings: Findings, said: _Said) -> None:
    if not is_sound(entry, said.redacted):
        findings.problems.append(Problem("changed", _place(entry), "the entry does not carry its own hash"))


def _check_link(entry: JournalEntry, before: Anchor, findings: Findings) -> None:
    if entry.seq != before.seq + 1:
        findings.problems.append(Problem("gap", _place(entry), f"it follows number {before.seq}"))
    if entry.prev_hash != before.head:
        findings.problems.append(Problem("unlinked", _place(entry), "it does not follow the entry before it"))


def _check_version(entry: JournalEntry, findings: Findings, *, is_pruned: bool) -> None:
    """Versions rise by one; an epoch that follows a restored backup may begin again from an earlier one.

    Where older entries were let go, the first version that is here may be any.
    """
    before = findings.latest.get(_key(entry))
    if before is None and is_pruned:
        return
    highest = before.version + 1 if before else 1
    lowest = highest if before is None or before.epoch == entry.epoch else 1
    if not lowest <= entry.version <= highest:
        findings.problems.append(Problem("version", _place(entry), f"it is version {entry.version}, not {highest}"))


def _check_parent(connection: Connection, station_id: str, epoch: Epoch, findings: Findings, said: _Said) -> None:
    """The entry that an epoch says it follows must be there, or have been let go; a journal cut short shows here."""
    if epoch.parent is None or epoch.parent_seq == 0:
        return
    anchor = said.anchors.get(epoch.parent)
    if anchor is not None and epoch.parent_seq < anchor.seq:
        return
    if anchor is not None and (epoch.parent_seq, epoch.begins_with) == (anchor.seq, anchor.head):
        return
    wanted = (JOURNAL.c.station_id == station_id, JOURNAL.c.epoch == epoch.parent, JOURNAL.c.seq == epoch.parent_seq)
    if connection.scalar(select(JOURNAL.c.hash).where(*wanted)) != epoch.begins_with:
        findings.problems.append(
            Problem("parent", epoch.id, f"entry {epoch.parent_seq} of {epoch.parent} is not the one it follows")
        )


def _remember(entry: JournalEntry, epoch: Epoch, findings: Findings, *, is_aside: bool) -> None:
    """Note the row that this entry must have made, unless it is listed as one that could not be read."""
    row = b""
    if is_aside:
        findings.unreadable.add(_key(entry))
    else:
        findings.unreadable.discard(_key(entry))
        try:
            made = projected(entry, epoch.number)
            row = fingerprint(_VALUES[made.kind](made.row))
        except ProjectionError as error:
            findings.problems.append(Problem("unreadable", _place(entry), error.reason))
    findings.latest[_key(entry)] = Latest(entry.epoch, entry.version, row)


def fingerprint(values: Sequence[Any]) -> bytes:
    """What tells one row from another: its values in the order of `COMPARED`."""
    return hashlib.blake2b(repr(tuple(values)).encode(), digest_size=16).digest()


def _set_aside(connection: Connection, station_id: str) -> set[tuple[str, int]]:
    """What is set aside still; what a newer program has read since must be in its table."""
    still = (SET_ASIDE.c.station_id == station_id, SET_ASIDE.c.projected_at.is_(None))
    rows = connection.execute(select(SET_ASIDE.c.epoch, SET_ASIDE.c.seq).where(*still))
    return {(row.epoch, row.seq) for row in rows}


def _key(entry: JournalEntry) -> tuple[str, str]:
    return entry.kind.rpartition(".")[0], entry.record_id


def _place(entry: JournalEntry) -> str:
    return f"{entry.station_id} {entry.epoch} {entry.seq}"
