"""What the core needs to go on where it stopped."""

from __future__ import annotations

from dataclasses import dataclass, field

from station_db.records.base import Instant, RecordId
from station_db.records.equipment import AlarmEvent, EngineRun, EquipmentState, LinkGap, MachineWrite, RecipeDownload
from station_db.records.keeping import Backup, LeadRequest, OrderConflict, RequestAnswer
from station_db.records.local import CommandOutcome, CounterPosition, Draft
from station_db.records.orders import (
    CheckResult,
    JobOrder,
    JobResponse,
    Permit,
    Product,
    RoutingSnapshot,
    StepRun,
    Unit,
    WorkMaster,
)
from station_db.records.people import Person, ShiftOccurrence, ShiftPattern, SignIn
from station_db.records.production import CountGap, Cycle, UnseenParts


@dataclass(frozen=True, slots=True)
class ShiftCount:
    """Parts of one machine since an instant: seen cycles and unseen parts together."""

    machine: str
    good: int
    bad: int
    cycles: int


@dataclass(frozen=True, slots=True)
class VanishedOrders:
    """Orders here that the centre does not know any more, since it was put back to before it made them."""

    orders: frozenset[RecordId]


@dataclass(frozen=True, slots=True)
class Resume:
    """The record's present: master data, whatever is open, and the little past that a screen shows.

    `units`, `steps`, `checks` and `permits` are those of the open job response; `states` all intervals of the current and the
    last shift; `cycles` the last 20 of each machine, `unseen` the last 20 of all; `count_gaps` those that nobody settled;
    `responses` every job response (small); `writes` those not answered, and of people's all that nobody could vouch for (few);
    `given` the permits of any order that a machine may still have; `alarms` those that have not gone, `alarms_unseen` the
    newest of each alarm, where it came within the last week, is over and nobody has acknowledged it; `conflicts` those of the
    running order, `requests` what leads asked and nobody answered, `answers` how far these came.
    """

    people: tuple[Person, ...] = ()
    products: tuple[Product, ...] = ()
    work_masters: tuple[WorkMaster, ...] = ()
    job_orders: tuple[JobOrder, ...] = ()
    shift_patterns: tuple[ShiftPattern, ...] = ()
    responses: tuple[JobResponse, ...] = ()
    routing: RoutingSnapshot | None = None
    units: tuple[Unit, ...] = ()
    steps: tuple[StepRun, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    permits: tuple[Permit, ...] = ()
    given: tuple[Permit, ...] = ()
    writes: tuple[MachineWrite, ...] = ()
    downloads: tuple[RecipeDownload, ...] = ()
    sign_in: SignIn | None = None
    shift: ShiftOccurrence | None = None
    states: tuple[EquipmentState, ...] = ()
    gaps: tuple[LinkGap, ...] = ()
    alarms: tuple[AlarmEvent, ...] = ()
    alarms_unseen: tuple[AlarmEvent, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    unseen: tuple[UnseenParts, ...] = ()
    counts: tuple[ShiftCount, ...] = ()
    count_gaps: tuple[CountGap, ...] = ()
    positions: tuple[CounterPosition, ...] = ()
    drafts: tuple[Draft, ...] = ()
    outcomes: tuple[CommandOutcome, ...] = ()
    last_run: EngineRun | None = None
    last_backup: Backup | None = None
    last_at: Instant | None = None
    centre_seen_at: Instant | None = None
    running_order: RecordId | None = field(default=None)
    conflicts: tuple[OrderConflict, ...] = ()
    requests: tuple[LeadRequest, ...] = ()
    answers: tuple[RequestAnswer, ...] = ()
    vanished: frozenset[RecordId] = frozenset()
