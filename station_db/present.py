"""The pieces of the record's present, each one question to the store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from station_db.epochs import tip_of
from station_db.queries import of, read
from station_db.records.base import CENTRE, Instant, RecordId
from station_db.records.equipment import AlarmEvent, EquipmentState
from station_db.records.local import CommandOutcome, CounterPosition, Draft
from station_db.records.people import ShiftOccurrence
from station_db.records.production import Cycle
from station_db.tables import COMMAND_OUTCOME, COUNTER_POSITION, DRAFT, JOURNAL, TYPED

CYCLES_OF_EACH_MACHINE = 20
OUTCOMES = 500
"""The newest answers to commands that are kept at hand."""
FOREVER = Instant(2**62)
UNSEEN_US = 7 * 86_400 * 1_000_000
ALARMS = 2_000
"""The newest alarms that are looked through for those nobody has seen."""


class Present:
    """What one station's record says now."""

    def __init__(self, connection: Connection, station_id: str) -> None:
        self._connection = connection
        self._station_id = station_id

    def where(self, kind: str, *wanted: ColumnElement[bool]) -> tuple[Any, ...]:
        """The records of a kind that fit, as they were last written."""
        table = TYPED[kind]
        return read(self._connection, table, of(table, self._station_id).where(*wanted).order_by(*_made(table)))

    def all(self, kind: str, by: ColumnElement[Any]) -> tuple[Any, ...]:
        """Every record of a kind."""
        table = TYPED[kind]
        return read(self._connection, table, of(table, self._station_id).order_by(by, *_made(table)))

    def master(self, kind: str) -> tuple[Any, ...]:
        """What the centre made of a kind."""
        table = TYPED[kind]
        return read(self._connection, table, of(table, CENTRE).order_by(table.c.id))

    def last(self, kind: str, by: str, limit: int) -> tuple[Any, ...]:
        """The newest of a kind, newest first."""
        table = TYPED[kind]
        return read(self._connection, table, of(table, self._station_id).order_by(table.c[by].desc()).limit(limit))

    def open(self, kind: str, began: str, ended: str) -> tuple[Any, ...]:
        """What has begun and not ended, oldest first."""
        table = TYPED[kind]
        query = of(table, self._station_id).where(table.c[ended].is_(None))
        return read(self._connection, table, query.order_by(table.c[began], *_made(table)))

    def alarms_unseen(self, last_at: Instant | None) -> tuple[AlarmEvent, ...]:
        """The newest of each alarm, where it is over and nobody has acknowledged it."""
        newest: dict[tuple[str, str], AlarmEvent] = {}
        table = TYPED["alarm_event"]
        query = of(table, self._station_id).order_by(table.c.came_at.desc(), table.c.row_seq.desc()).limit(ALARMS)
        for event in read(self._connection, table, query):
            newest.setdefault((event.source, event.code), event)
        since = (last_at or FOREVER) - UNSEEN_US
        over = (event for event in newest.values() if event.went_at is not None and event.came_at > since)
        return tuple(event for event in over if event.acknowledged_at is None)

    def work(self, response: RecordId) -> dict[str, Any]:
        """What belongs to the open job response."""
        unit = TYPED["unit"].c
        units = select(unit.id).where(unit.station_id == self._station_id, unit.response == response)
        return {
            "routing": next(iter(self.where("routing_snapshot", TYPED["routing_snapshot"].c.id == response)), None),
            "units": self.where("unit", unit.response == response),
            "steps": self.where("step_run", TYPED["step_run"].c.unit.in_(units)),
            "checks": self.where("check_result", TYPED["check_result"].c.unit.in_(units)),
            "permits": self.where("permit", TYPED["permit"].c.unit.in_(units)),
        }

    def states(self, shifts: tuple[ShiftOccurrence, ...]) -> tuple[EquipmentState, ...]:
        """Those of the current and the last shift, and each machine's newest, however old."""
        since = min((shift.started_at for shift in shifts), default=FOREVER)
        table = TYPED["equipment_state"]
        lasting = or_(table.c.ended_at.is_(None), table.c.ended_at > since, table.c.id.in_(self._newest_states(table)))
        query = of(table, self._station_id).where(lasting)
        return read(self._connection, table, query.order_by(table.c.started_at, *_made(table)))

    def _newest_states(self, table: Table) -> list[str]:
        newest = (table.c.started_at.desc(), table.c.row_seq.desc())
        queries = (select(table.c.id).where(*self._of_machine(table.c, machine)) for machine in self._machines(table.name))
        return [found for query in queries if (found := self._connection.scalar(query.order_by(*newest).limit(1)))]

    def cycles(self) -> tuple[Cycle, ...]:
        """The newest of each machine, oldest first."""
        newest = [cycle for machine in self._machines("cycle") for cycle in self._cycles_of(machine)]
        return tuple(sorted(newest, key=lambda cycle: (cycle.ended_at, cycle.id)))

    def _cycles_of(self, machine: str) -> tuple[Cycle, ...]:
        table = TYPED["cycle"]
        query = select(table).where(*self._of_machine(table.c, machine))
        return read(self._connection, table, query.order_by(table.c.ended_at.desc()).limit(CYCLES_OF_EACH_MACHINE))

    def _machines(self, kind: str) -> Iterator[str]:
        """Every machine a table names, found by leaps through its index rather than by reading all of it."""
        column = TYPED[kind].c
        machine: str | None = ""
        while machine is not None:
            wanted = (column.station_id == self._station_id, column.machine > machine)
            machine = self._connection.scalar(select(func.min(column.machine)).where(*wanted))
            if machine is not None:
                yield machine

    def _of_machine(self, column: Any, machine: str) -> tuple[ColumnElement[bool], ...]:
        return (column.station_id == self._station_id, column.machine == machine)

    def positions(self) -> tuple[CounterPosition, ...]:
        """Where every counter stood."""
        rows = self._connection.execute(of(COUNTER_POSITION, self._station_id))
        return tuple(CounterPosition(row.machine, row.counter, row.value, row.boot, Instant(row.at)) for row in rows)

    def drafts(self) -> tuple[Draft, ...]:
        """What is half typed."""
        rows = self._connection.execute(of(DRAFT, self._station_id))
        return tuple(Draft(row.key, row.text, row.person, Instant(row.at)) for row in rows)

    def outcomes(self) -> tuple[CommandOutcome, ...]:
        """The newest answers, oldest first."""
        query = of(COMMAND_OUTCOME, self._station_id).order_by(COMMAND_OUTCOME.c.at.desc()).limit(OUTCOMES)
        rows = self._connection.execute(query).all()
        return tuple(CommandOutcome(row.id, row.done, row.code, tuple(json.loads(row.args)), row.at) for row in reversed(rows))

    def last_at(self) -> Instant | None:
        """When the newest entry was recorded."""
        tip = tip_of(self._connection, self._station_id)
        if tip is None:
            return None
        wanted = (JOURNAL.c.station_id == self._station_id, JOURNAL.c.epoch == tip.epoch, JOURNAL.c.seq == tip.seq)
        return self._connection.scalar(select(JOURNAL.c.recorded_at).where(*wanted))


def _made(table: Table) -> tuple[ColumnElement[Any], ...]:
    """The order in which rows were last written."""
    return (table.c.row_epoch_no, table.c.row_seq)
