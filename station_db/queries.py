"""History, on a station's store or a centre alike: each takes a connection and the station whose record is read.

Pages are in time order, newest first, and go on `before` the last row's place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, Select, Table, case, func, or_, select, tuple_

from station_db.records.base import Digest, Instant, RecordId, Verdict
from station_db.records.catalogue import KINDS
from station_db.records.equipment import EquipmentState, LinkGap
from station_db.records.orders import CheckResult
from station_db.records.people import ShiftOccurrence
from station_db.records.production import Cycle, UnseenParts
from station_db.records.resume import ShiftCount
from station_db.rows import record_of
from station_db.tables import TYPED

PAGE = 200


@dataclass(frozen=True, slots=True)
class Span:
    """A time from `start` up to, not including, `end`."""

    start: Instant
    end: Instant


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the time and id of its last row."""

    at: Instant
    id: RecordId


def shifts(connection: Connection, station_id: str, span: Span) -> tuple[ShiftOccurrence, ...]:
    """The shifts that touch a time, newest first."""
    table = TYPED["shift_occurrence"]
    query = of(table, station_id).where(table.c.started_at < span.end, table.c.ended_at > span.start)
    return read(connection, table, query.order_by(table.c.started_at.desc()))


def cycles(
    connection: Connection,
    station_id: str,
    span: Span,
    *,
    machine: str | None = None,
    before: Place | None = None,
    limit: int = PAGE,
) -> tuple[Cycle, ...]:
    """A page of the cycles that ended in a time."""
    table = TYPED["cycle"]
    query = of(table, station_id).where(*_within(table.c.ended_at, span))
    if machine is not None:
        query = query.where(table.c.machine == machine)
    return read(connection, table, _page(query, table, table.c.ended_at, before, limit))


def checks(
    connection: Connection, station_id: str, span: Span, *, before: Place | None = None, limit: int = PAGE
) -> tuple[CheckResult, ...]:
    """A page of the checks taken in a time."""
    table = TYPED["check_result"]
    query = of(table, station_id).where(*_within(table.c.at, span))
    return read(connection, table, _page(query, table, table.c.at, before, limit))


def states(connection: Connection, station_id: str, span: Span, *, machine: str | None = None) -> tuple[EquipmentState, ...]:
    """The states within a time, oldest first, clipped to it; one that is still open stays open, as nobody knows its end."""
    table = TYPED["equipment_state"]
    query = of(table, station_id).where(table.c.started_at < span.end, _lasts(table.c.ended_at, span.start))
    if machine is not None:
        query = query.where(table.c.machine == machine)
    found: tuple[EquipmentState, ...] = read(connection, table, query.order_by(table.c.started_at, table.c.row_seq))
    return tuple(_clipped(state, span) for state in found)


def _clipped(state: EquipmentState, span: Span) -> EquipmentState:
    ended_at = None if state.ended_at is None else min(state.ended_at, span.end)
    return replace(state, started_at=max(state.started_at, span.start), ended_at=ended_at)


def link_gaps(connection: Connection, station_id: str, span: Span) -> tuple[LinkGap, ...]:
    """The times within a time in which a machine was not heard, oldest first, not clipped."""
    table = TYPED["link_gap"]
    query = of(table, station_id).where(table.c.from_at < span.end, _lasts(table.c.to_at, span.start))
    return read(connection, table, query.order_by(table.c.from_at))


def unseen_parts(connection: Connection, station_id: str, span: Span) -> tuple[UnseenParts, ...]:
    """The parts counted but not seen, by the time they were found, oldest first."""
    table = TYPED["unseen_parts"]
    query = of(table, station_id).where(*_within(table.c.to_at, span))
    return read(connection, table, query.order_by(table.c.to_at))


def counts(connection: Connection, station_id: str, span: Span) -> tuple[ShiftCount, ...]:
    """Parts of each machine in a time, seen and unseen together, by machine."""
    totals: dict[str, list[int]] = {}
    for query in (_seen(station_id, span), _unseen(station_id, span)):
        for machine, *numbers in connection.execute(query):
            total = totals.setdefault(machine, [0, 0, 0])
            totals[machine] = [old + int(new) for old, new in zip(total, numbers, strict=True)]
    return tuple(ShiftCount(machine, *numbers) for machine, numbers in sorted(totals.items()))


def _seen(station_id: str, span: Span) -> Executable:
    cycle = TYPED["cycle"].c
    good, bad = (func.sum(case((cycle.verdict == verdict, 1), else_=0)) for verdict in (Verdict.GOOD, Verdict.BAD))
    wanted = (cycle.station_id == station_id, *_within(cycle.ended_at, span))
    return select(cycle.machine, good, bad, func.count()).where(*wanted).group_by(cycle.machine)


def _unseen(station_id: str, span: Span) -> Executable:
    parts = TYPED["unseen_parts"].c
    wanted = (parts.station_id == station_id, *_within(parts.to_at, span))
    sums = (func.sum(parts.good), func.sum(parts.bad), func.sum(parts.cycles))
    return select(parts.machine, *sums).where(*wanted).group_by(parts.machine)


def last_good_curves(connection: Connection, station_id: str, machine: str, limit: int) -> tuple[Digest, ...]:
    """The curves of the newest good cycles of a machine, newest first; they may be elsewhere."""
    cycle = TYPED["cycle"].c
    wanted = (cycle.station_id == station_id, cycle.machine == machine)
    good = (cycle.verdict == Verdict.GOOD, cycle.curve_digest.is_not(None))
    return tuple(
        connection.scalars(select(cycle.curve_digest).where(*wanted, *good).order_by(cycle.ended_at.desc()).limit(limit))
    )


def of(table: Table, station_id: str) -> Select[Any]:
    """All rows of one origin."""
    return select(table).where(table.c.station_id == station_id)


def read(connection: Connection, table: Table, query: Select[Any]) -> tuple[Any, ...]:
    """The records that a query of a typed table finds."""
    return tuple(record_of(KINDS[table.name], row) for row in connection.execute(query).mappings())


def _within(column: ColumnElement[Any], span: Span) -> Sequence[ColumnElement[bool]]:
    return (column >= span.start, column < span.end)


def _lasts(column: ColumnElement[Any], start: Instant) -> ColumnElement[bool]:
    return or_(column.is_(None), column > start)


def _page(query: Select[Any], table: Table, at: ColumnElement[Any], before: Place | None, limit: int) -> Select[Any]:
    if before is not None:
        query = query.where(tuple_(at, table.c.id) < tuple_(before.at, before.id))
    return query.order_by(at.desc(), table.c.id.desc()).limit(limit)
