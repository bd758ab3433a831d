"""What one transaction on record.db writes: entries with their rows, and the station's local tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Delete, Table, bindparam, delete, select
from sqlalchemy.dialects import sqlite

from station_db import journal, straight
from station_db.crashpoints import crashpoint
from station_db.journal import JournalEntry, Origin, Position
from station_db.projection import Projected, projected_record, write_rows
from station_db.records.base import Instant, kind_of
from station_db.records.changes import Changes, Entry
from station_db.records.local import CommandOutcome, CounterPosition, Draft
from station_db.tables import COMMAND_OUTCOME, COUNTER_POSITION, DRAFT, TYPED


def _replace(table: Table) -> Any:
    """Insert a row or replace the one of the same key."""
    statement = sqlite.insert(table)
    others = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=others)


_SET_POSITION, _SET_DRAFT, _SET_OUTCOME = (_replace(table) for table in (COUNTER_POSITION, DRAFT, COMMAND_OUTCOME))
_DROP_DRAFT = delete(DRAFT).where(DRAFT.c.station_id == bindparam("of_station"), DRAFT.c.key == bindparam("of_key"))
_VERSION = {
    name: select(table.c.row_version).where(table.c.station_id == bindparam("of_station"), table.c.id == bindparam("of_id"))
    for name, table in TYPED.items()
}


def write_changes(connection: Connection, origin: Origin, tip: Position, changes: Changes) -> Position:
    """Write a batch within the caller's transaction and say where the journal then stands."""
    tip = write_entries(connection, origin, tip, changes.entries)
    straight.execute(connection, _SET_POSITION, [_position_row(origin.station_id, position) for position in changes.positions])
    _write_drafts(connection, origin.station_id, changes.drafts)
    straight.execute(connection, _SET_OUTCOME, [_outcome_row(origin.station_id, outcome) for outcome in changes.outcomes])
    return tip


def write_entries(connection: Connection, origin: Origin, tip: Position, entries: Sequence[Entry]) -> Position:
    """Append entries and project them."""
    made = tuple(journal.chain(origin, tip, entries, _next_versions(connection, origin.station_id, entries)))
    journal.append(connection, made)
    crashpoint("after_journal")
    write_rows(connection, _latest(made, entries, tip.epoch_no))
    crashpoint("after_projection")
    return _after(tip, made)


def _after(tip: Position, made: Sequence[JournalEntry]) -> Position:
    return Position(tip.epoch, tip.epoch_no, made[-1].seq, made[-1].hash) if made else tip


def _latest(made: Sequence[JournalEntry], entries: Sequence[Entry], epoch_no: int) -> Iterable[Projected]:
    """The last version of each record; the versions between need no row of their own."""
    last = {(entry.kind, entry.record_id): (entry, given.record) for entry, given in zip(made, entries, strict=True)}
    return (projected_record(entry, epoch_no, record) for entry, record in last.values())


def _next_versions(connection: Connection, station_id: str, entries: Sequence[Entry]) -> list[int]:
    """The version each entry makes of its record."""
    known: dict[tuple[str, str], int] = {}
    versions: list[int] = []
    for entry in entries:
        key = (kind_of(entry.record).name, entry.record.id)
        if key not in known:
            known[key] = straight.scalar(connection, _VERSION[key[0]], {"of_station": station_id, "of_id": key[1]}) or 0
        known[key] += 1
        versions.append(known[key])
    return versions


def _write_drafts(connection: Connection, station_id: str, drafts: Sequence[Draft]) -> None:
    """Keep the last text of each draft; an empty one is gone."""
    latest = {draft.key: draft for draft in drafts}.values()
    straight.execute(connection, _SET_DRAFT, [_draft_row(station_id, draft) for draft in latest if draft.text])
    straight.execute(
        connection, _DROP_DRAFT, [{"of_station": station_id, "of_key": draft.key} for draft in latest if not draft.text]
    )


def _position_row(station_id: str, position: CounterPosition) -> dict[str, Any]:
    return {
        "station_id": station_id,
        "machine": position.machine,
        "counter": position.counter,
        "value": position.value,
        "boot": position.boot,
        "at": position.at,
    }


def _draft_row(station_id: str, draft: Draft) -> dict[str, Any]:
    return {"station_id": station_id, "key": draft.key, "text": draft.text, "person": draft.person, "at": draft.at}


def _outcome_row(station_id: str, outcome: CommandOutcome) -> dict[str, Any]:
    args = json.dumps(outcome.args)
    row: dict[str, Any] = {"station_id": station_id, "id": outcome.id, "done": outcome.done, "code": outcome.code, "args": args}
    return row | {"at": outcome.at}


def forget_outcomes(station_id: str, before: Instant) -> Delete:
    """Answers to commands so old that nobody will ask for them."""
    return delete(COMMAND_OUTCOME).where(COMMAND_OUTCOME.c.station_id == station_id, COMMAND_OUTCOME.c.at < before)
