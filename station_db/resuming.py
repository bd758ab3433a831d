"""Reading the record's present, so that the core goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from station_db.epochs import tip_of
from station_db.feed import cursor_of
from station_db.queries import Span, counts, of, read
from station_db.records.base import CENTRE, Instant, RecordId
from station_db.records.equipment import EquipmentState, WriteState
from station_db.records.local import CommandOutcome, CounterPosition, Draft
from station_db.records.orders import JobResponse, JobState
from station_db.records.people import ShiftOccurrence
from station_db.records.production import Cycle
from station_db.records.resume import Resume
from station_db.tables import COMMAND_OUTCOME, COUNTER_POSITION, DRAFT, JOURNAL, TYPED

CYCLES_OF_EACH_MACHINE = 20
OUTCOMES = 500
FOREVER = Instant(2**62)


def resume(connection: Connection, station_id: str) -> Resume:
    """Everything at one moment: the caller's connection is in a transaction."""
    present = _Present(connection, station_id)
    responses: tuple[JobResponse, ...] = present.all("job_response", TYPED["job_response"].c.started_at)
    running = open_response(responses)
    shifts = present.last("shift_occurrence", "started_at", 2)
    cursor = cursor_of(connection, station_id)
    return Resume(
        people=present.master("person"),
        products=present.master("product"),
        work_masters=present.master("work_master"),
        job_orders=present.master("job_order"),
        shift_patterns=present.master("shift_pattern"),
        responses=responses,
        **(present.work(running.id) if running else {}),
        writes=present.where("machine_write", TYPED["machine_write"].c.state == WriteState.ASKED),
        sign_in=_first(present.open("sign_in", "started_at", "ended_at")[::-1]),
        shift=_first(shifts),
        states=present.states(shifts),
        gaps=present.open("link_gap", "from_at", "to_at"),
        alarms=present.open("alarm_event", "came_at", "went_at"),
        cycles=present.cycles(),
        counts=counts(connection, station_id, Span(shifts[0].started_at if shifts else Instant(0), FOREVER)),
        positions=present.positions(),
        drafts=present.drafts(),
        outcomes=present.outcomes(),
        last_run=_first(present.last("engine_run", "started_at", 1)),
        last_at=present.last_at(),
        centre_seen_at=cursor.heard_at if cursor else None,
        running_order=running.job_order if running else None,
    )


def open_response(responses: tuple[JobResponse, ...]) -> JobResponse | None:
    """The order under work: the running one, else the newest that is not finished."""
    unfinished = [response for response in responses if response.ended_at is None]
    running = [response for response in unfinished if response.state is JobState.RUNNING]
    return next(reversed(running or unfinished), None)


def _first(records: tuple[Any, ...]) -> Any:
    return records[0] if records else None


class _Present:
    """The pieces of it, each one question to the store."""

    def __init__(self, connection: Connection, station_id: str) -> None:
        self._connection = connection
        self._station_id = station_id

    def where(self, kind: str, *wanted: ColumnElement[bool]) -> tuple[Any, ...]:
        table = TYPED[kind]
        return read(self._connection, table, of(table, self._station_id).where(*wanted).order_by(*_made(table)))

    def all(self, kind: str, by: ColumnElement[Any]) -> tuple[Any, ...]:
        table = TYPED[kind]
        return read(self._connection, table, of(table, self._station_id).order_by(by, *_made(table)))

    def master(self, kind: str) -> tuple[Any, ...]:
        table = TYPED[kind]
        return read(self._connection, table, of(table, CENTRE).order_by(table.c.id))

    def last(self, kind: str, by: str, limit: int) -> tuple[Any, ...]:
        table = TYPED[kind]
        return read(self._connection, table, of(table, self._station_id).order_by(table.c[by].desc()).limit(limit))

    def open(self, kind: str, began: str, ended: str) -> tuple[Any, ...]:
        table = TYPED[kind]
        query = of(table, self._station_id).where(table.c[ended].is_(None))
        return read(self._connection, table, query.order_by(table.c[began], *_made(table)))

    def work(self, response: RecordId) -> dict[str, Any]:
        """What belongs to the open job response."""
        unit = TYPED["unit"].c
        units = select(unit.id).where(unit.station_id == self._station_id, unit.response == response)
        return {
            "routing": _first(self.where("routing_snapshot", TYPED["routing_snapshot"].c.id == response)),
            "units": self.where("unit", unit.response == response),
            "steps": self.where("step_run", TYPED["step_run"].c.unit.in_(units)),
            "checks": self.where("check_result", TYPED["check_result"].c.unit.in_(units)),
            "permits": self.where("permit", TYPED["permit"].c.unit.in_(units)),
        }

    def states(self, shifts: tuple[ShiftOccurrence, ...]) -> tuple[EquipmentState, ...]:
        """Of the current and the last shift; without shifts only what is open."""
        since = min((shift.started_at for shift in shifts), default=FOREVER)
        table = TYPED["equipment_state"]
        lasting = or_(table.c.ended_at.is_(None), table.c.ended_at > since)
        return read(
            self._connection, table, of(table, self._station_id).where(lasting).order_by(table.c.started_at, *_made(table))
        )

    def cycles(self) -> tuple[Cycle, ...]:
        """The newest of each machine, oldest first."""
        newest = [cycle for machine in self._machines() for cycle in self._cycles_of(machine)]
        return tuple(sorted(newest, key=lambda cycle: (cycle.ended_at, cycle.id)))

    def _machines(self) -> Iterator[str]:
        """Every machine that made a cycle, found by leaps through the index rather than by reading all of it."""
        cycle = TYPED["cycle"].c
        machine = ""
        while machine is not None:
            wanted = (cycle.station_id == self._station_id, cycle.machine > machine)
            machine = self._connection.scalar(select(func.min(cycle.machine)).where(*wanted))
            if machine is not None:
                yield machine

    def _cycles_of(self, machine: str) -> tuple[Cycle, ...]:
        table = TYPED["cycle"]
        query = of(table, self._station_id).where(table.c.machine == machine)
        return read(self._connection, table, query.order_by(table.c.ended_at.desc()).limit(CYCLES_OF_EACH_MACHINE))

    def positions(self) -> tuple[CounterPosition, ...]:
        rows = self._connection.execute(of(COUNTER_POSITION, self._station_id))
        return tuple(CounterPosition(row.machine, row.counter, row.value, row.boot, Instant(row.at)) for row in rows)

    def drafts(self) -> tuple[Draft, ...]:
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
